package lark

import (
	"context"
	"encoding/json"
	"maps"
	"net/url"
)

// List makes a call again and again with the page_token that it returns, as
// long as has_more is true, up to limit pages. The result is the last page's
// with the items of all; has_more and page_token tell how to go on.
func (c *Client) List(ctx context.Context, call Call, limit int) (*Result, error) {
	var items []json.RawMessage
	for page := 1; ; page++ {
		res, err := c.Do(ctx, call)
		if err != nil {
			return nil, err
		}
		var data map[string]json.RawMessage
		var list struct {
			Items     []json.RawMessage `json:"items"`
			HasMore   bool              `json:"has_more"`
			PageToken string            `json:"page_token"`
		}
		if json.Unmarshal(res.Data, &data) != nil || json.Unmarshal(res.Data, &list) != nil {
			return nil, invalid("the API has no pages: its data is not an object with items")
		}
		items = append(items, list.Items...)
		if list.HasMore && list.PageToken != "" && page < limit {
			call.Query = maps.Clone(call.Query)
			if call.Query == nil {
				call.Query = url.Values{}
			}
			call.Query.Set("page_token", list.PageToken)
			continue
		}
		if items == nil {
			items = []json.RawMessage{}
		}
		data["items"], err = json.Marshal(items)
		if err == nil {
			res.Data, err = json.Marshal(data)
		}
		if err != nil {
			return nil, transport("joining the pages", err)
		}
		return res, nil
	}
}
