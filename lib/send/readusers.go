package send

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// ReadUsers is the verb that lists who has read a message.
type ReadUsers struct {
	MessageID  string `json:"message_id"`
	UserIDType string `json:"user_id_type"` // "" is open_id
	PageSize   int    `json:"page_size"`    // 0 is the largest
	PageToken  string `json:"page_token"`   // where an earlier list ended
}

// maxPageSize is the largest page (im-v1/message/read_users).
const maxPageSize = 100

// plan is im-v1/message/read_users, all pages.
func (r *ReadUsers) plan(c common) (*plan, error) {
	kind, size := cmp.Or(r.UserIDType, "open_id"), cmp.Or(r.PageSize, maxPageSize)
	err := cmp.Or(
		required("read_users", field{"message_id", r.MessageID != ""}),
		oneOf("read_users.user_id_type", kind, "open_id", "user_id", "union_id"),
	)
	switch {
	case err != nil:
		return nil, err
	case size < 1 || size > maxPageSize:
		return nil, errors.New(`field "read_users.page_size": want 1 to 100`)
	}
	call, _ := onMessage(http.MethodGet, r.MessageID, "/read_users")
	call.Query = url.Values{"user_id_type": {kind}, "page_size": {strconv.Itoa(size)}}
	if r.PageToken != "" {
		call.Query.Set("page_token", r.PageToken)
	}
	return c.pages(call, maxPages), nil
}

// pages makes a plan of a call for each page of a list.
func (c common) pages(call lark.Call, limit int) *plan {
	call.TenantKey = c.tenantKey
	return &plan{run: func(ctx context.Context, t *tools) (*lark.Result, error) {
		return t.client.List(ctx, call, limit)
	}}
}
