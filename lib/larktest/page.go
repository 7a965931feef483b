package larktest

import (
	"encoding/base64"
	"strconv"
)

// page answers one page of items as the platform's lists do: page_size of at
// most limit (default 20), an opaque page_token, has_more.
func page[T any](x *exchange, name string, limit int, items []T, show func(T) any) (any, *failure) {
	q := x.URL.Query()
	size, from := min(20, limit), 0
	var c check
	if s := q.Get("page_size"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > limit {
			c.add("page_size", s, "must be 1 to %d", limit)
		}
		size = n
	}
	if s := q.Get("page_token"); s != "" {
		n, err := fromPageToken(s)
		if err != nil || n < 0 || n > len(items) {
			c.add("page_token", s, "is invalid")
		}
		from = n
	}
	if f := c.failure(); f != nil {
		return nil, f
	}
	to := min(from+size, len(items))
	shown := []any{}
	for _, it := range items[from:to] {
		shown = append(shown, show(it))
	}
	out := map[string]any{name: shown, "has_more": to < len(items)}
	if to < len(items) {
		out["page_token"] = pageToken(to)
	}
	return out, nil
}

// pageToken looks like nothing a client could count on.
func pageToken(offset int) string {
	return base64.URLEncoding.EncodeToString([]byte("standin page " + strconv.Itoa(offset)))
}

func fromPageToken(s string) (int, error) {
	b, err := base64.URLEncoding.DecodeString(s)
	if err != nil || len(b) < len("standin page ") {
		return 0, strconv.ErrSyntax
	}
	return strconv.Atoi(string(b[len("standin page "):]))
}
