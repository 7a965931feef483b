package request

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"strings"

	"github.com/larkbridge/larkbridge/internal/lazy"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// maxResources is how many files of a message one request stores.
const maxResources = 100

// all makes a plan that reads the message and stores its files one after the
// other, each under its own key.
func (d *Download) all(c common, to *place) (*Plan, error) {
	err := firstError(
		required("download", field{"message_id", d.MessageID != ""}),
		refused("download", "all", field{"file_key", d.FileKey != ""}, field{"image_key", d.ImageKey != ""}, field{"type", d.Type != ""}),
	)
	read, _ := onMessage(http.MethodGet, d.MessageID, "")
	read.TenantKey = c.tenantKey
	return &Plan{Run: func(ctx context.Context, clients *Clients) (*lark.Result, error) {
		if err := to.under().allowed(clients); err != nil {
			return nil, err
		}
		res, err := clients.Lark.Do(ctx, read)
		if err != nil {
			return nil, err
		}
		var message struct {
			Items []struct {
				MsgType string `json:"msg_type"`
				Body    struct {
					Content json.RawMessage `json:"content"`
				} `json:"body"`
			} `json:"items"`
		}
		if json.Unmarshal(res.Data, &message) != nil || len(message.Items) == 0 {
			return nil, &lark.Error{Kind: lark.KindTransport, Retryable: true, Msg: "the answer of Lark has no message", Status: res.Status, LogID: res.LogID}
		}
		// The items behind the first are the messages that a merged one holds:
		// Lark does not give their files (234043).
		resources := lark.Resources(message.Items[0].MsgType, message.Items[0].Body.Content)
		if len(resources) > maxResources {
			return nil, fmt.Errorf("the message has %d files, and one request stores %d", len(resources), maxResources)
		}
		res.Data, err = d.store(ctx, c, clients, to, resources)
		return res, err
	}}, err
}

// store stores the files of the message and returns where each of them is.
func (d *Download) store(ctx context.Context, c common, clients *Clients, to *place, resources []lark.Resource) (json.RawMessage, error) {
	type stored struct {
		Key  string          `json:"file_key"`
		Type string          `json:"type"`
		Name string          `json:"name,omitzero"`
		S3   json.RawMessage `json:"s3"`
	}
	all := []stored{}
	for _, r := range resources {
		one := Download{MessageID: d.MessageID, FileKey: r.Key, Type: "file"}
		if r.Type == "image" {
			one.Type = "image"
		}
		call := lark.Call{Method: http.MethodGet, PathParams: map[string]string{"file_key": r.Key}}
		if err := one.ofMessage(&call); err != nil {
			return nil, err
		}
		at := &place{to.bucket, to.under().key + objectName(r)}
		res, err := c.save(call, at).Run(ctx, clients)
		if err != nil {
			return nil, err
		}
		var s struct{ S3 json.RawMessage }
		if err := json.Unmarshal(res.Data, &s); err != nil {
			return nil, fmt.Errorf("reading where a file is: %w", err)
		}
		all = append(all, stored{r.Key, r.Type, r.Name, s.S3})
	}
	return encode(map[string]any{"files": all})
}

// under returns the place as a folder: what its keys begin with.
func (p *place) under() *place { return &place{p.bucket, strings.TrimSuffix(p.key, "/") + "/"} }

// extension matches the ends of file names that become a part of a key in S3.
var extension = lazy.Regexp(`^\.[A-Za-z0-9]{1,10}$`)

// objectName returns the last part of the key in S3 of a message's file: its key
// at Lark, which no other file has, and the extension of its name.
func objectName(r lark.Resource) string {
	name := strings.ReplaceAll(r.Key, "/", "_")
	if ext := path.Ext(r.Name); extension().MatchString(ext) {
		name += ext
	}
	return name
}
