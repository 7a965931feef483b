package send

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/larkbridge/larkbridge/lib/notice"
)

// Limits of what a log subscription hands over: the size in bytes of the
// document that is packed in it, and the events that a notice shows.
const (
	maxLogs      = 8 << 20
	maxLogEvents = 20
)

// logs reads what a subscription of CloudWatch Logs hands to the function: JSON
// in gzip in base64
// (docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html).
// CloudWatch's own messages, by which it checks the target, say nothing.
func (s *Sender) logs(doc []byte, from origin) []job {
	var packed struct {
		Data []byte `json:"data"`
	}
	var batch struct {
		MessageType string `json:"messageType"`
		Owner       string `json:"owner"` // the account
		LogGroup    string `json:"logGroup"`
		LogStream   string `json:"logStream"`
		LogEvents   []struct {
			Message string `json:"message"`
		} `json:"logEvents"`
	}
	err := json.Unmarshal(doc, &packed)
	if err == nil {
		doc, err = unpack(packed.Data)
	}
	if err == nil {
		err = json.Unmarshal(doc, &batch)
	}
	if err != nil {
		return from.fail(fmt.Errorf("reading the log events: %w", err))
	}
	if batch.MessageType == "CONTROL_MESSAGE" {
		return nil
	}
	var lines []string
	for i, event := range batch.LogEvents {
		if i == maxLogEvents {
			lines = append(lines, fmt.Sprintf("… and %d more", len(batch.LogEvents)-i))
			break
		}
		lines = append(lines, strings.TrimSpace(event.Message))
	}
	show := map[string]string{"message": strings.Join(lines, "\n"), "log stream": batch.LogStream, "account": batch.Owner}
	if arn := strings.SplitN(from.function, ":", 5); len(arn) == 5 {
		show["log group"] = strings.Join([]string{"arn", arn[1], "logs", arn[3], batch.Owner, "log-group", batch.LogGroup}, ":")
	}
	if doc, err = json.Marshal(show); err != nil {
		return from.fail(fmt.Errorf("showing the log events: %w", err))
	}
	return from.one(s.card(notice.Object(batch.LogGroup, doc)))
}

// unpack decompresses a document of at most maxLogs bytes.
func unpack(data []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	doc, err := io.ReadAll(io.LimitReader(r, maxLogs+1))
	if err == nil && len(doc) > maxLogs {
		err = errors.New("they have more than 8 MB")
	}
	return doc, err
}
