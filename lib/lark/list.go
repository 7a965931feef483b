package lark

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// Do makes a call and decodes its data into a T. An answer without data gives the
// zero T. Every error is an [*Error].
func Do[T any](ctx context.Context, c *Client, call Call) (T, error) {
	var data T
	res, err := c.Do(ctx, call)
	if err == nil && len(res.Data) > 0 {
		err = res.bind(res.Data, &data)
	}
	return data, err
}

// bind decodes JSON of the answer.
func (r *Result) bind(doc json.RawMessage, target any) error {
	if err := json.Unmarshal(doc, target); err != nil {
		return &Error{Kind: KindTransport, Msg: "decoding the data: " + err.Error(), Status: r.Status, LogID: r.LogID, Header: r.Header, cause: err}
	}
	return nil
}

// List makes a call that returns a list and yields its elements, page after page.
// The list is the one array in the data, whatever its name. An error, of which
// every one is an [*Error], ends the sequence; elements that it yielded before are
// whole.
func List[T any](ctx context.Context, c *Client, call Call) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		for page, err := range c.pages(ctx, call) {
			if err != nil {
				yield(zero, err)
				return
			}
			for _, doc := range page.items {
				var item T
				if err := page.res.bind(doc, &item); err != nil {
					yield(zero, err)
					return
				}
				if !yield(item, nil) {
					return
				}
			}
		}
	}
}

// List makes a call that returns a list, again for each page, up to limit pages.
// The result is the last page's with the elements of all; its has_more and
// page_token say how to go on. The list is the one array in the data, whatever its
// name.
func (c *Client) List(ctx context.Context, call Call, limit int) (*Result, error) {
	var last page
	items, name, n := []json.RawMessage{}, "", 0
	for p, err := range c.pages(ctx, call) {
		if err != nil {
			return nil, err
		}
		last, items = p, append(items, p.items...)
		if p.name != "" {
			name = p.name
		}
		if n++; n >= limit {
			break
		}
	}
	if name == "" {
		name = "items"
	}
	var err error
	if last.data[name], err = json.Marshal(items); err == nil {
		last.res.Data, err = json.Marshal(last.data)
	}
	if err != nil {
		return nil, transport("joining the pages", err)
	}
	return last.res, nil
}

// page is one answer of an API that returns a list.
type page struct {
	res   *Result
	data  map[string]json.RawMessage
	name  string // of the list; "" when this page has none
	items []json.RawMessage
	next  string // the token of the next page; "" for none
}

// pages makes a call for each page of a list. What would lose elements is an
// error: a list that cannot be told from others, one that changes its name, and a
// next page without a token of its own.
func (c *Client) pages(ctx context.Context, call Call) iter.Seq2[page, error] {
	return func(yield func(page, error) bool) {
		name, token := "", call.Query.Get("page_token")
		for {
			res, err := c.Do(ctx, call)
			if err != nil {
				yield(page{}, err)
				return
			}
			p, err := readPage(res)
			switch {
			case err != nil:
			case name != "" && p.name != "" && p.name != name:
				err = invalid(fmt.Sprintf("the list is %q on one page and %q on the next: read the pages one by one", name, p.name))
			case p.next != "" && p.next == token:
				err = invalid("the next page has the same page_token: the API does not go on")
			}
			if err != nil {
				yield(page{}, err)
				return
			}
			if !yield(p, nil) || p.next == "" {
				return
			}
			if p.name != "" {
				name = p.name
			}
			token = p.next
			call.Query = maps.Clone(call.Query)
			if call.Query == nil {
				call.Query = url.Values{}
			}
			call.Query.Set("page_token", token)
		}
	}
}

// readPage finds the list and the token of the next page in an answer.
func readPage(res *Result) (page, error) {
	p := page{res: res}
	var state struct {
		HasMore       *bool  `json:"has_more"`
		PageToken     string `json:"page_token"`
		NextPageToken string `json:"next_page_token"`
	}
	if json.Unmarshal(res.Data, &p.data) != nil || p.data == nil || json.Unmarshal(res.Data, &state) != nil {
		return p, invalid("the API has no pages: its data is not an object with a list")
	}
	var names []string
	for _, name := range slices.Sorted(maps.Keys(p.data)) {
		if bytes.HasPrefix(p.data[name], []byte("[")) {
			names = append(names, name)
		}
	}
	switch {
	case len(names) > 1:
		return p, invalid("the data has several lists, and it is not clear which one to join: " + strings.Join(names, ", "))
	case len(names) == 1:
		p.name = names[0]
		if err := res.bind(p.data[p.name], &p.items); err != nil {
			return p, err
		}
	case state.HasMore == nil && p.data["items"] == nil:
		return p, invalid("the API has no pages: its data is not an object with a list")
	}
	p.next = state.PageToken
	if p.next == "" {
		p.next = state.NextPageToken
	}
	switch {
	case state.HasMore != nil && !*state.HasMore:
		p.next = ""
	case state.HasMore != nil && p.next == "":
		return p, &Error{Kind: KindServer, Msg: "the list has more pages, but the answer has no token for the next one", Status: res.Status, LogID: res.LogID, Header: res.Header}
	}
	return p, nil
}
