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

// bind decodes JSON of the answer into target.
func (r *Result) bind(doc json.RawMessage, target any) error {
	if err := json.Unmarshal(doc, target); err != nil {
		return &Error{Kind: KindTransport, Msg: "decoding the data: " + err.Error(), Status: r.Status, LogID: r.LogID, Header: r.Header, err: err}
	}
	return nil
}

// List makes a call that returns a list and yields its elements, page after page.
// The list is the one array in the data, whatever its name. An error, of which
// every one is an [*Error], ends the sequence; the elements that it yielded before are
// complete.
func List[T any](ctx context.Context, c *Client, call Call) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		name := ""
		for page, err := range c.pages(ctx, call) {
			if err == nil {
				name, err = page.single(name)
			}
			if err != nil {
				yield(zero, err)
				return
			}
			for _, doc := range page.lists[name] {
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

// List makes a call that returns lists, once for each page, up to limit pages. The
// result is that of the last page, with the elements of all pages. Its has_more and
// page_token say whether there are more pages and how to get them. Every array in the
// data is a list, whatever its name, and each of them is joined.
func (c *Client) List(ctx context.Context, call Call, limit int) (*Result, error) {
	var last page
	lists, n, size := map[string][]json.RawMessage{}, 0, 0
	for p, err := range c.pages(ctx, call) {
		if err != nil {
			return nil, err
		}
		last = p
		if size += len(p.res.Data); size > maxAnswer {
			return nil, invalid("the pages have more than 8 MB: read fewer of them at a time")
		}
		for name, items := range p.lists {
			lists[name] = append(lists[name], items...)
		}
		if n++; n >= limit {
			break
		}
	}
	switch {
	case len(lists) == 0 && n > 1:
		return nil, invalid("the pages have no list that could be joined: read them one by one")
	case len(lists) == 0:
		lists["items"] = nil
	}
	var err error
	for name, items := range lists {
		if items == nil {
			items = []json.RawMessage{}
		}
		if last.data[name], err = json.Marshal(items); err != nil {
			return nil, transport("joining the pages", err)
		}
	}
	if last.res.Data, err = json.Marshal(last.data); err != nil {
		return nil, transport("joining the pages", err)
	}
	return last.res, nil
}

// page is one answer of an API that returns lists.
type page struct {
	res   *Result
	data  map[string]json.RawMessage
	lists map[string][]json.RawMessage // the arrays in data, by name
	next  string                       // the token of the next page; "" for none
	last  bool                         // the answer says that it is the last page
	total int                          // how many elements all pages have; 0 when the answer does not say
}

// elements returns how many elements the lists of the page have.
func (p page) elements() (n int) {
	for _, items := range p.lists {
		n += len(items)
	}
	return n
}

// single returns the name of the one list of the page. before is the name of the list
// of the pages before it, "" for none. Several lists, or one with another name, are
// an error.
func (p page) single(before string) (string, error) {
	names := slices.Sorted(maps.Keys(p.lists))
	switch {
	case len(names) > 1:
		return "", invalid("the data has several lists, and it is not clear which one to read: " + strings.Join(names, ", "))
	case len(names) == 0:
		return before, nil
	case before != "" && names[0] != before:
		return "", invalid(fmt.Sprintf("the list is %q on one page and %q on the next: read the pages one by one", before, names[0]))
	}
	return names[0], nil
}

// pages makes a call for each page of a list. What would lose elements is an
// error: a next page with a token that has been used, and a list that has more pages
// but no token for the next one.
func (c *Client) pages(ctx context.Context, call Call) iter.Seq2[page, error] {
	return func(yield func(page, error) bool) {
		first, read := call.Query.Get("page_token"), 0
		tokens := map[string]bool{first: true}
		for {
			res, err := c.Do(ctx, call)
			if err != nil {
				yield(page{}, err)
				return
			}
			p, err := readPage(res)
			read += p.elements()
			switch {
			case err != nil:
			case p.next == "" && !p.last && first == "" && p.total > read:
				err = invalid(fmt.Sprintf("the list has %d elements, but the answer, which has %d, says nothing about pages: read them one by one", p.total, read))
			case p.next != "" && tokens[p.next]:
				err = invalid("the next page has the same page_token as one before: the API does not go on")
			}
			if err != nil {
				yield(page{}, err)
				return
			}
			if !yield(p, nil) || p.next == "" {
				return
			}
			tokens[p.next] = true
			call.Query = maps.Clone(call.Query)
			if call.Query == nil {
				call.Query = url.Values{}
			}
			call.Query.Set("page_token", p.next)
		}
	}
}

// readPage finds the lists and the token of the next page in an answer.
func readPage(res *Result) (page, error) {
	p := page{res: res, lists: map[string][]json.RawMessage{}}
	var state paging
	if json.Unmarshal(res.Data, &p.data) != nil || p.data == nil || !state.read(p.data) {
		return p, invalid("the API has no pages: its data is not an object with a list")
	}
	for name, value := range p.data {
		if !bytes.HasPrefix(value, []byte("[")) {
			continue
		}
		var items []json.RawMessage
		if err := res.bind(value, &items); err != nil {
			return p, err
		}
		p.lists[name] = items
	}
	inner := innerPaging(p.data)
	switch {
	case inner != "" && (len(p.lists) == 0 || !state.given()):
		return p, invalid(fmt.Sprintf("the list, or what says that it goes on, is inside %q: read the pages one by one", inner))
	case len(p.lists) == 0 && state.more == nil && p.data["items"] == nil:
		return p, invalid("the API has no pages: its data is not an object with a list")
	}
	p.total, p.next = state.total, state.token
	switch {
	case state.more != nil && !*state.more:
		p.last, p.next = true, ""
	case state.more != nil && p.next == "":
		return p, &Error{Kind: KindServer, Msg: "the list has more pages, but the answer has no token for the next one", Status: res.Status, LogID: res.LogID, Header: res.Header}
	}
	return p, nil
}

// paging holds what the data of a page say about the next page.
type paging struct {
	more  *bool
	token string
	total int
}

// given reports whether the data say anything about a next page.
func (s *paging) given() bool { return s.more != nil || s.token != "" }

// read reads the data of a page. It returns false when a field about the next page has
// another type than the documentation's.
func (s *paging) read(data map[string]json.RawMessage) bool {
	for name, target := range map[string]any{"has_more": &s.more, "page_token": &s.token} {
		if doc := data[name]; doc != nil && json.Unmarshal(doc, target) != nil {
			return false
		}
	}
	if doc := data["next_page_token"]; s.token == "" && doc != nil && json.Unmarshal(doc, &s.token) != nil {
		return false
	}
	if json.Unmarshal(data["total"], &s.total) != nil {
		s.total = 0 // some APIs have another meaning for it
	}
	return true
}

// innerPaging returns the name of a member that is an object and has a list with
// elements, or says that a list goes on; "" for none.
func innerPaging(data map[string]json.RawMessage) string {
	for _, name := range slices.Sorted(maps.Keys(data)) {
		var inner map[string]json.RawMessage
		var state paging
		if !bytes.HasPrefix(data[name], []byte("{")) || json.Unmarshal(data[name], &inner) != nil {
			continue
		}
		if !state.read(inner) || state.more != nil && *state.more || state.more == nil && state.token != "" {
			return name
		}
		for _, value := range inner {
			var items []json.RawMessage
			if json.Unmarshal(value, &items) == nil && len(items) > 0 {
				return name
			}
		}
	}
	return ""
}
