package harness

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

// HTTPEvent returns what an API Gateway HTTP API sends a function for a
// request, in payload format 2.0: header names are in lower case, values of one
// name are joined by commas, cookies have a place of their own. The path may
// carry a query. A body that is not UTF-8 is sent in base64; see
// [HTTPEventBase64] to have any body sent so.
func HTTPEvent(method, path string, header http.Header, body []byte) []byte {
	return httpEvent(method, path, header, body, !utf8.Valid(body))
}

// HTTPEventBase64 is [HTTPEvent] with the body in base64, which API Gateway
// chooses by content type.
func HTTPEventBase64(method, path string, header http.Header, body []byte) []byte {
	return httpEvent(method, path, header, body, true)
}

func httpEvent(method, path string, header http.Header, body []byte, inBase64 bool) []byte {
	rawPath, rawQuery, _ := strings.Cut(path, "?")
	headers, cookies := lowerHeaders(header)
	event := map[string]any{
		"version":         "2.0",
		"routeKey":        method + " " + rawPath,
		"rawPath":         rawPath,
		"rawQueryString":  rawQuery,
		"headers":         headers,
		"requestContext":  requestContext(method, rawPath, header.Get("User-Agent")),
		"isBase64Encoded": inBase64,
	}
	if len(cookies) > 0 {
		event["cookies"] = cookies
	}
	if query := queryParameters(rawQuery); len(query) > 0 {
		event["queryStringParameters"] = query
	}
	switch {
	case len(body) == 0: // API Gateway leaves the field out
	case inBase64:
		event["body"] = base64.StdEncoding.EncodeToString(body)
	default:
		event["body"] = string(body)
	}
	out, err := json.Marshal(event)
	if err != nil {
		panic(err) // strings, numbers and maps of them always encode
	}
	return out
}

func requestContext(method, path, userAgent string) map[string]any {
	now := time.Now().UTC()
	return map[string]any{
		"accountId":    "123456789012",
		"apiId":        "harness",
		"domainName":   "harness.execute-api.us-east-1.amazonaws.com",
		"domainPrefix": "harness",
		"http": map[string]string{
			"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": userAgent,
		},
		"requestId": randomHex(8),
		"routeKey":  method + " " + path,
		"stage":     "$default",
		"time":      now.Format("02/Jan/2006:15:04:05 -0700"),
		"timeEpoch": now.UnixMilli(),
	}
}

func lowerHeaders(header http.Header) (headers map[string]string, cookies []string) {
	headers = make(map[string]string, len(header))
	for name, values := range header {
		name = strings.ToLower(name)
		if name == "cookie" {
			for _, v := range values {
				cookies = append(cookies, strings.Split(v, "; ")...)
			}
			continue
		}
		headers[name] = strings.Join(values, ",")
	}
	return headers, cookies
}

func queryParameters(raw string) map[string]string {
	values, _ := url.ParseQuery(raw) // what does not parse is left out
	out := make(map[string]string, len(values))
	for name, v := range values {
		out[name] = strings.Join(v, ",")
	}
	return out
}

// HTTPReply reads a function's answer in payload format 2.0. An answer without
// a status code is an error here, although API Gateway would make it a 200.
func HTTPReply(payload []byte) (status int, header http.Header, body []byte, err error) {
	var reply struct {
		StatusCode        int
		Headers           map[string]string
		MultiValueHeaders map[string][]string
		Cookies           []string
		Body              string
		IsBase64Encoded   bool
	}
	if err := json.Unmarshal(payload, &reply); err != nil {
		return 0, nil, nil, fmt.Errorf("read HTTP reply: %w", err)
	}
	if reply.StatusCode < 100 || reply.StatusCode > 599 {
		return 0, nil, nil, errors.New("read HTTP reply: no valid statusCode")
	}
	header = make(http.Header)
	for name, value := range reply.Headers {
		header.Set(name, value)
	}
	for name, values := range reply.MultiValueHeaders {
		for _, v := range values {
			header.Add(name, v)
		}
	}
	for _, cookie := range reply.Cookies {
		header.Add("Set-Cookie", cookie)
	}
	body = []byte(reply.Body)
	if reply.IsBase64Encoded {
		if body, err = base64.StdEncoding.DecodeString(reply.Body); err != nil {
			return 0, nil, nil, fmt.Errorf("read body of HTTP reply: %w", err)
		}
	}
	return reply.StatusCode, header, body, nil
}
