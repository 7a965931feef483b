package lark_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// Pages are joined by the shape of the data, and what could lose an element is an
// error, by List of both forms alike.
func TestList(t *testing.T) {
	for _, tt := range []struct {
		name  string
		pages []string // data, by page; the token of page n is "n"
		want  []string
		err   string
	}{
		{"one page", []string{`{"items":[{"id":"a"},{"id":"b"}],"has_more":false}`}, []string{"a", "b"}, ""},
		{"page_token", []string{`{"items":[{"id":"a"}],"has_more":true,"page_token":"1"}`, `{"items":[{"id":"b"}],"has_more":false,"page_token":"9"}`}, []string{"a", "b"}, ""},
		{"next_page_token and another name", []string{`{"files":[{"id":"a"}],"has_more":true,"next_page_token":"1"}`, `{"files":[{"id":"b"}],"has_more":false}`}, []string{"a", "b"}, ""},
		{"tokens without has_more", []string{`{"users":[{"id":"a"}],"page_token":"1"}`, `{"users":[{"id":"b"}],"page_token":""}`}, []string{"a", "b"}, ""},
		{"a page without a list", []string{`{"has_more":true,"page_token":"1"}`, `{"users":[{"id":"b"}],"has_more":false}`}, []string{"b"}, ""},
		{"an empty list", []string{`{"has_more":false}`}, nil, ""},
		{"null for the list", []string{`{"items":null}`}, nil, ""},
		{"no token for the next page", []string{`{"items":[{"id":"a"}],"has_more":true}`}, nil, "no token for the next one"},
		{"the same token again", []string{`{"items":[{"id":"a"}],"has_more":true,"page_token":"1"}`, `{"items":[{"id":"b"}],"has_more":true,"page_token":"1"}`}, []string{"a"}, "same page_token"},
		{"an older token again", []string{`{"items":[{"id":"a"}],"has_more":true,"page_token":"1"}`, `{"items":[{"id":"b"}],"has_more":true,"page_token":"2"}`, `{"items":[{"id":"c"}],"has_more":true,"page_token":"1"}`}, []string{"a", "b"}, "same page_token"},
		{"names in capitals are others", []string{`{"items":[{"id":"a"}],"has_more":true,"page_token":"1","HAS_MORE":false}`, `{"items":[{"id":"b"}],"has_more":false}`}, []string{"a", "b"}, ""},
		{"a total that is more", []string{`{"total":3,"tickets":[{"id":"a"}]}`}, nil, "the list has 3 elements, but the answer, which has 1"},
		{"a total that is all", []string{`{"total":2,"tickets":[{"id":"a"}],"page_token":"1"}`, `{"total":2,"tickets":[{"id":"b"}]}`}, []string{"a", "b"}, ""},
		{"a total beside has_more", []string{`{"total":3,"items":[{"id":"a"}],"has_more":false}`}, []string{"a"}, ""},
		{"a list inside an object", []string{`{"group":{"members":[{"id":"a"}]},"has_more":false}`}, nil, `inside "group"`},
		{"pages inside an object", []string{`{"items":[{"id":"a"}],"paging":{"has_more":true,"page_token":"1"}}`}, nil, `inside "paging"`},
		{"an object beside the list", []string{`{"items":[{"id":"a"}],"has_more":false,"summary":{"names":["x"]}}`}, []string{"a"}, ""},
		{"an object beside an empty list", []string{`{"has_more":false,"summary":{"names":[]}}`}, nil, ""},
		{"no list", []string{`{"user":{"id":"a"}}`}, nil, "the API has no pages"},
		{"no object", []string{`[{"id":"a"}]`}, nil, "the API has no pages"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			client := func() *lark.Client {
				return lark.NewClient(&lark.App{Type: lark.Custom, BaseURL: platformURL, AppID: "cli_a", AppSecret: "s"},
					lark.WithHTTPClient(wireFunc(func(r *http.Request) (*http.Response, error) {
						n := 0
						if token := r.URL.Query().Get("page_token"); token != "" {
							if _, err := fmt.Sscan(token, &n); err != nil || r.URL.Query().Get("page_size") != "1" {
								t.Errorf("got the query %s", r.URL.RawQuery)
							}
						}
						return respond(200, nil, `{"code":0,"data":`+tt.pages[n]+`}`)(r)
					})))
			}
			call := lark.Call{Path: "x", Query: url.Values{"page_size": {"1"}}, Tokens: []lark.TokenType{lark.NoToken}}
			type item struct{ ID string }
			var got []string
			var failed error
			for it, err := range lark.List[item](t.Context(), client(), call) {
				if err != nil {
					failed = err
					break
				}
				got = append(got, it.ID)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			joined, err := client().List(t.Context(), call, 100)
			for _, err := range []error{failed, err} {
				if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
					t.Errorf("got %v, want %q", err, tt.err)
				}
			}
			if tt.err != "" {
				return
			}
			if n := strings.Count(string(joined.Data), `"id"`); n != len(tt.want) {
				t.Errorf("got %s, want %d elements", joined.Data, len(tt.want))
			}
			if len(call.Query) != 1 {
				t.Errorf("the caller's query is changed: %v", call.Query)
			}
		})
	}
}

// Several lists grow side by side, and one that is left out where it is empty
// loses nothing; who reads elements one by one must know of which list.
func TestSeveralLists(t *testing.T) {
	for _, tt := range []struct {
		name       string
		pages      []string
		want       string // of the joined pages; "" for an error
		err        string // of the elements
		joinFailed string
	}{
		{"side by side", []string{`{"a":[1],"b":[],"has_more":true,"page_token":"1"}`, `{"a":[2],"b":[3],"has_more":false}`},
			`{"a":[1,2],"b":[3],"has_more":false}`, "several lists, and it is not clear which one to read: a, b", ""},
		{"one after the other", []string{`{"a":[1],"has_more":true,"page_token":"1"}`, `{"b":[2],"has_more":false}`},
			`{"a":[1],"b":[2],"has_more":false}`, `the list is "a" on one page and "b" on the next`, ""},
		{"nothing to join", []string{`{"total":3,"has_more":true,"page_token":"1"}`, `{"total":3,"has_more":false}`},
			"", "", "no list that could be joined"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := lark.NewClient(&lark.App{Type: lark.Custom, BaseURL: platformURL}, lark.WithHTTPClient(wireFunc(func(r *http.Request) (*http.Response, error) {
				return respond(200, nil, `{"code":0,"data":`+tt.pages[len(r.URL.Query().Get("page_token"))]+`}`)(r)
			})))
			call := lark.Call{Path: "x", Tokens: []lark.TokenType{lark.NoToken}}
			got, err := c.List(t.Context(), call, 100)
			if tt.joinFailed != "" {
				if err == nil || !strings.Contains(err.Error(), tt.joinFailed) {
					t.Errorf("got %v, want %q", err, tt.joinFailed)
				}
				return
			}
			if err != nil || string(got.Data) != tt.want {
				t.Errorf("got %+v, %v, want %s", got, err, tt.want)
			}
			for _, err = range lark.List[int](t.Context(), c, call) {
				if err != nil {
					break
				}
			}
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("elements: got %v, want %q", err, tt.err)
			}
		})
	}
}

// A joined list that ends at its limit says how to go on.
func TestListLimit(t *testing.T) {
	c := lark.NewClient(&lark.App{Type: lark.Custom, BaseURL: platformURL}, lark.WithHTTPClient(respond(200, nil,
		`{"code":0,"data":{"items":[1,2],"has_more":true,"page_token":"more"}}`)))
	got, err := c.List(t.Context(), lark.Call{Path: "x", Tokens: []lark.TokenType{lark.NoToken}}, 1)
	if err != nil || string(got.Data) != `{"has_more":true,"items":[1,2],"page_token":"more"}` {
		t.Errorf("got %+v, %v; want the first page", got, err)
	}
}
