package send

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// Forward is the verb that forwards one message, or several as one.
type Forward struct {
	MessageID  string   `json:"message_id"`
	MessageIDs []string `json:"message_ids"`
	To         *Target  `json:"to"`
}

// maxMerged is how many messages one can hold (im-v1/message/merge_forward).
const maxMerged = 100

// plan is im-v1/message/forward or im-v1/message/merge_forward. The uuid is in
// the query here.
func (f *Forward) plan(c common) (*plan, error) {
	_, err := only("forward", field{"message_id", f.MessageID != ""}, field{"message_ids", f.MessageIDs != nil})
	if err != nil {
		return nil, err
	}
	kind, id, err := f.To.receiver("forward.to")
	if err != nil {
		return nil, err
	}
	call, _ := onMessage(http.MethodPost, f.MessageID, "/forward")
	body := map[string]any{"receive_id": id}
	if f.MessageIDs != nil {
		if err := filled("forward.message_ids", f.MessageIDs, maxMerged); err != nil {
			return nil, err
		}
		call = lark.Call{Method: http.MethodPost, Path: "im/v1/messages/merge_forward"}
		body["message_id_list"] = f.MessageIDs
	}
	call.Query = url.Values{"receive_id_type": {kind}, "uuid": {c.uuid}}
	call.Body, err = encode(body)
	return c.call(kind+" "+id, call), err
}

// filled checks a list of ids.
func filled(where string, ids []string, limit int) error {
	if len(ids) == 0 || len(ids) > limit {
		return fmt.Errorf("field %q: want 1 to %d ids, not %d", where, limit, len(ids))
	}
	for i, id := range ids {
		if id == "" {
			return fmt.Errorf("field %q is empty", fmt.Sprintf("%s.%d", where, i))
		}
	}
	return nil
}
