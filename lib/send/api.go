package send

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"larkbridge/lib/lark"
)

// call makes the API call of the verb request.
func (a *APICall) call() (lark.Call, error) {
	if a.Method == "" || a.Path == "" {
		return lark.Call{}, errors.New(`field "request": method and path are required`)
	}
	query := url.Values{}
	for name, value := range a.Query {
		list, ok := value.([]any)
		if !ok {
			list = []any{value}
		}
		for _, v := range list {
			text, err := queryText(v)
			if err != nil {
				return lark.Call{}, fmt.Errorf(`field "request.query.%s": %w`, name, err)
			}
			if v != nil {
				query.Add(name, text)
			}
		}
	}
	return lark.Call{Method: a.Method, Path: a.Path, Query: query, Body: a.Body, Token: a.Token,
		TenantKey: a.TenantKey, UserAccessToken: a.UserAccessToken, NoDataField: a.NoDataField}, nil
}

// queryText writes a query parameter as Lark reads it: booleans in lower case,
// numbers without an exponent.
func queryText(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case bool:
		return strconv.FormatBool(v), nil
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	}
	return "", errors.New("want a string, a number, true or false, or a list of them")
}
