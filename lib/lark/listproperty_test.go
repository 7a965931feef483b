package lark_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// However the data of the pages look, a list without an error has each element of
// the pages that were read, and none of them says that there is another one.
func FuzzList(f *testing.F) {
	for _, pages := range [][2]string{
		{`{"items":[1,2],"has_more":true,"page_token":"1"}`, `{"items":[3],"has_more":false}`},
		{`{"files":[1],"next_page_token":"1"}`, `{"files":[2],"page_token":""}`},
		{`{"has_more":true,"page_token":"1"}`, `{"users":[1],"has_more":false}`},
		{`{"total":3,"items":[1]}`, `null`},
		{`{"items":[1],"others":[]}`, `[]`},
		{`{"group":{"members":[1]},"has_more":false}`, `{}`},
		{`{"items":[1],"has_more":true,"HAS_MORE":false,"page_token":"1"}`, `{"items":null}`},
		{`{"items":[1],"paging":{"has_more":true}}`, `7`},
	} {
		f.Add([]byte(pages[0]), []byte(pages[1]))
	}
	f.Fuzz(func(t *testing.T, first, second []byte) {
		if !json.Valid(first) || !json.Valid(second) {
			t.Skip()
		}
		checkPages(t, first, second)
	})
}

// Each combination of what the data of a page can have.
func TestListLosesNothing(t *testing.T) {
	pages := []string{""}
	for _, members := range [][]string{
		{``, `"has_more":true`, `"has_more":false`, `"has_more":null`},
		{``, `"page_token":""`, `"page_token":"1"`},
		{``, `"next_page_token":"2"`},
		{``, `"items":null`, `"items":[]`, `"items":[1,2]`, `"files":[3],"others":[]`},
		{``, `"inner":{}`, `"inner":{"items":[4]}`, `"inner":{"has_more":true,"page_token":"3"}`},
		{``, `"total":2`, `"total":9`},
	} {
		var longer []string
		for _, page := range pages {
			for _, m := range members {
				longer = append(longer, strings.Trim(page+","+m, ","))
			}
		}
		pages = longer
	}
	for _, first := range pages {
		for _, second := range []string{``, `"items":[5]`, `"items":[5],"has_more":true,"page_token":"1"`} {
			checkPages(t, []byte("{"+first+"}"), []byte("{"+second+"}"))
		}
	}
}

// checkPages lists two pages, and then an empty one, and checks that without an
// error nothing of them is missing.
func checkPages(t *testing.T, first, second []byte) {
	t.Helper()
	left := [][]byte{first, second}
	var page []byte // the last one that was read
	elements := 0   // of all that were read
	c := lark.NewClient(&lark.App{BaseURL: platformURL}, lark.WithHTTPClient(wireFunc(func(r *http.Request) (*http.Response, error) {
		page = []byte(`{"has_more":false}`)
		if len(left) > 0 {
			page, left = left[0], left[1:]
		}
		elements += countElements(page)
		return respond(200, nil, `{"code":0,"data":`+string(page)+`}`)(r)
	})))
	yielded := 0
	for _, err := range lark.List[json.RawMessage](t.Context(), c, lark.Call{Path: "x", Tokens: []lark.TokenType{lark.NoToken}}) {
		if err != nil {
			return
		}
		yielded++
	}
	if yielded != elements {
		t.Errorf("got %d elements of %s and %s, want %d", yielded, first, second, elements)
	}
	if goesOn(page) {
		t.Errorf("got an end after %s, want an error or the next page", page)
	}
}

// countElements returns how many elements the lists of a page have.
func countElements(page []byte) int {
	var data map[string]json.RawMessage
	_ = json.Unmarshal(page, &data) // what is no object has no lists
	n := 0
	for _, doc := range data {
		var items []json.RawMessage
		if json.Unmarshal(doc, &items) == nil {
			n += len(items)
		}
	}
	return n
}

// goesOn reports whether a page says that there is another one.
func goesOn(page []byte) bool {
	var data map[string]any
	_ = json.Unmarshal(page, &data) // what is no object says nothing
	text := func(name string) string { s, _ := data[name].(string); return s }
	more, given := data["has_more"].(bool)
	return more || !given && (text("page_token") != "" || text("next_page_token") != "")
}
