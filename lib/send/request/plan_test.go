package request

import (
	"fmt"
	"strings"
	"testing"
)

// tooMany is a list of 201 ids.
func tooMany() string { return strings.Repeat(`"x",`, 200) + `"x"` }

// refusal is a request that a plan refuses without a call, and why.
type refusal struct{ doc, want string }

func refuse(t *testing.T, list []refusal) {
	t.Helper()
	for i, c := range list {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			_, err := newFixture(t).plan(c.doc)
			if got := errorText(err); got != c.want {
				t.Errorf("%.200s:\ngot  %s\nwant %s", c.doc, got, c.want)
			}
		})
	}
}

func TestMessageRefuses(t *testing.T) {
	const contents = "text, post, markdown, card, template, image, file, audio, media, sticker, share_chat, share_user, content"
	refuse(t, []refusal{
		{`{"message":{"to":{"chat_id":"oc_1"}}}`, `field "message": give one of ` + contents},
		{`{"message":{"to":{"chat_id":"oc_1"},"text":"a","card":{}}}`, `field "message": both text and card are given`},
		{`{"message":{"to":{"chat_id":"oc_1"},"text":"a","msg_type":"text","content":{}}}`, `field "message": both text and content are given`},
		{`{"message":{"to":{"chat_id":"oc_1"},"text":"a","msg_type":"text"}}`, `field "message": msg_type and content go together`},
		{`{"message":{"to":{"chat_id":"oc_1"},"content":{}}}`, `field "message": msg_type and content go together`},
		{`{"message":{"to":{"chat_id":"oc_1"},"text":""}}`, `field "message.text" is empty`},
		{`{"message":{"to":{"chat_id":"oc_1"},"markdown":""}}`, `field "message.markdown" is empty`},
		{`{"message":{"to":{"chat_id":"oc_1"},"media":{"image_key":"x"}}}`, `field "message.media" is empty`},
		{`{"message":{"text":"a"}}`, `field "message": give one of to, reply_to`},
		{`{"message":{"to":{"chat_id":"oc_1"},"reply_to":{"message_id":"om_1"},"text":"a"}}`, `field "message": both to and reply_to are given`},
		{`{"message":{"to":{},"text":"a"}}`, `field "message.to": give one of chat_id, open_id, user_id, union_id, email`},
		{`{"message":{"to":{"chat_id":"oc_1","email":"x"},"text":"a"}}`, `field "message.to": both chat_id and email are given`},
		{`{"message":{"reply_to":{},"text":"a"}}`, `field "message.reply_to.message_id" is missing`},
	})
}

func TestCardRefuses(t *testing.T) {
	refuse(t, []refusal{
		{`{"update_card":{"card":{}}}`, `field "update_card": give one of token, message_id`},
		{`{"update_card":{"token":"c-1"}}`, `field "update_card.card" is missing`},
	})
}

func TestEditRefuses(t *testing.T) {
	refuse(t, []refusal{
		{`{"edit":{"text":"a"}}`, `field "edit.message_id" is missing`},
		{`{"edit":{"message_id":"om_1"}}`, `field "edit": give one of text, post, markdown, content`},
		{`{"edit":{"message_id":"om_1","markdown":"# a"}}`, `field "edit.markdown": headings, tables and images need a card: leave them out, or use update_card`},
		{`{"edit":{"message_id":"om_1","msg_type":"interactive","content":{}}}`, `field "edit.msg_type": want text or post; a card is changed with update_card`},
		{`{"recall":{}}`, `field "recall.message_id" is missing`},
		{`{"react":{"emoji":"x"}}`, `field "react.message_id" is missing`},
		{`{"react":{"message_id":"om_1"}}`, `field "react.emoji" is missing`},
	})
}

func TestForwardRefuses(t *testing.T) {
	refuse(t, []refusal{
		{`{"forward":{"to":{"chat_id":"oc_1"}}}`, `field "forward": give one of message_id, message_ids`},
		{`{"forward":{"message_id":"om_1","message_ids":["om_2"],"to":{"chat_id":"oc_1"}}}`, `field "forward": both message_id and message_ids are given`},
		{`{"forward":{"message_id":"om_1"}}`, `field "forward.to": give one of chat_id, open_id, user_id, union_id, email`},
		{`{"forward":{"message_ids":[],"to":{"chat_id":"oc_1"}}}`, `field "forward.message_ids": want 1 to 100 ids, not 0`},
		{`{"forward":{"message_ids":[` + tooMany() + `],"to":{"chat_id":"oc_1"}}}`, `field "forward.message_ids": want 1 to 100 ids, not 201`},
		{`{"forward":{"message_ids":["om_1",""],"to":{"chat_id":"oc_1"}}}`, `field "forward.message_ids.1" is empty`},
	})
}

func TestUrgentRefuses(t *testing.T) {
	refuse(t, []refusal{
		{`{"urgent":{"user_ids":["ou_1"]}}`, `field "urgent.message_id" is missing`},
		{`{"urgent":{"message_id":"om_1"}}`, `field "urgent.user_ids" is missing`},
		{`{"urgent":{"message_id":"om_1","user_ids":[` + tooMany() + `]}}`, `field "urgent.user_ids": want 1 to 200 ids, not 201`},
		{`{"urgent":{"message_id":"om_1","user_ids":["ou_1"],"how":"x"}}`, `field "urgent.how": want one of app, sms, phone`},
		{`{"urgent":{"message_id":"om_1","user_ids":["ou_1"],"user_id_type":"x"}}`, `field "urgent.user_id_type": want one of open_id, user_id, union_id`},
		{`{"read_users":{}}`, `field "read_users.message_id" is missing`},
		{`{"read_users":{"message_id":"om_1","user_id_type":"x"}}`, `field "read_users.user_id_type": want one of open_id, user_id, union_id`},
		{`{"read_users":{"message_id":"om_1","page_size":101}}`, `field "read_users.page_size": want 1 to 100`},
		{`{"read_users":{"message_id":"om_1","page_size":-1}}`, `field "read_users.page_size": want 1 to 100`},
	})
}

func TestUploadRefuses(t *testing.T) {
	refuse(t, []refusal{
		{`{"upload":{}}`, `field "upload": give one of image, file`},
		{`{"upload":{"image":{"base64":"YQ=="},"file":{"base64":"YQ=="}}}`, `field "upload": both image and file are given`},
		{`{"upload":{"image":{}}}`, `field "upload.image": give one of s3, base64`},
		{`{"upload":{"image":{"s3":"s3://bkt/k","base64":"YQ=="}}}`, `field "upload.image": both s3 and base64 are given`},
		{`{"upload":{"image":{"base64":"!!"}}}`, `field "upload.image.base64": it is not base64 with padding`},
		{`{"upload":{"image":{"base64":"\n"}}}`, `field "upload.image": the file is empty`},
		{`{"upload":{"image":{"base64":"YQ=="},"image_type":"x"}}`, `field "upload.image_type": want one of message, avatar`},
		{`{"upload":{"image":{"base64":"YQ=="},"file_name":"x"}}`, `field "upload.file_name" does not go with image`},
		{`{"upload":{"image":{"base64":"YQ=="},"duration":1}}`, `field "upload.duration" does not go with image`},
		{`{"upload":{"file":{"base64":"YQ==","name":"x"},"image_type":"message"}}`, `field "upload.image_type" does not go with file`},
		{`{"upload":{"file":{"base64":"YQ=="}}}`, `field "upload.file_name" is missing`},
		{`{"upload":{"file":{"s3":"bkt/k"}}}`, `field "upload.file.s3": want s3://bucket/key`},
		{`{"upload":{"file":{"s3":"s3://bkt/k"},"file_type":"exe"}}`, `field "upload.file_type": want one of opus, mp4, pdf, doc, xls, ppt, stream`},
		{`{"upload":{"file":{"s3":"s3://bkt/k"},"duration":-1}}`, `field "upload.duration": want milliseconds`},
	})
}

func TestDownloadRefuses(t *testing.T) {
	refuse(t, []refusal{
		{`{"download":{"file_key":"f"}}`, `field "download.to" is missing`},
		{`{"download":{"file_key":"f","to":"s3://bkt/"}}`, `field "download.to": want s3://bucket/key`},
		{`{"download":{"to":"s3://bkt/k"}}`, `field "download": give one of file_key, image_key`},
		{`{"download":{"file_key":"f","image_key":"i","to":"s3://bkt/k"}}`, `field "download": both file_key and image_key are given`},
		{`{"download":{"file_key":"f","type":"file","to":"s3://bkt/k"}}`, `field "download.type" does not go with a file of the app's own: give message_id too`},
		{`{"download":{"message_id":"om_1","type":"file","to":"s3://bkt/k"}}`, `field "download.file_key" is missing`},
		{`{"download":{"message_id":"om_1","file_key":"f","to":"s3://bkt/k"}}`, `field "download.type": want one of image, file`},
		{`{"download":{"message_id":"om_1","image_key":"i","type":"image","to":"s3://bkt/k"}}`, `field "download.image_key" does not go with message_id, which takes file_key and type`},
	})
}

func TestWebhookRefuses(t *testing.T) {
	refuse(t, []refusal{
		{`{"webhook":{"text":"a"}}`, `field "webhook.url" is missing`},
		{`{"webhook":{"url":"u"}}`, `field "webhook": give one of text, post, markdown, card, template, image, share_chat, content`},
		{`{"webhook":{"url":"u","text":"a","card":{}}}`, `field "webhook": both text and card are given`},
		{`{"webhook":{"url":"u","content":{}}}`, `field "webhook": msg_type and content go together`},
		{`{"webhook":{"url":"u","text":"a"},"tenant_key":"tk"}`, `field "tenant_key" does not go with webhook: its URL says where it goes`},
	})
}

func TestAPIRefuses(t *testing.T) {
	refuse(t, []refusal{
		{`{"request":{"path":"a"}}`, `field "request.method" is missing`},
		{`{"request":{"method":"GET"}}`, `field "request.path" is missing`},
		{`{"request":{"method":"BATCH","path":"a"}}`, `field "request.method": want one of GET, POST, PUT, PATCH, DELETE`},
		{`{"request":{"method":"GET","path":"a","timeout":-1}}`, `field "request.timeout": want 0 to 900 seconds`},
		{`{"request":{"method":"GET","path":"a","timeout":901}}`, `field "request.timeout": want 0 to 900 seconds`},
		{`{"request":{"method":"GET","path":"a","token":"x"}}`, `field "request.token": want one of tenant, app, user, none`},
		{`{"request":{"method":"GET","path":"a","token":"user"}}`, `field "request.user_access_token" is missing: token is user`},
		{`{"request":{"method":"GET","path":"a","token":"tenant","user_access_token":"x"}}`, `field "request.user_access_token" needs token user, or no token`},
		{`{"request":{"method":"GET","path":"a","token":"app"},"tenant_key":"tk"}`, `field "tenant_key" needs token tenant, or no token`},
		{`{"request":{"method":"POST","path":"a","body":{},"form":{"fields":{"a":1}}}}`, `field "request.form" does not go with body`},
		{`{"request":{"method":"POST","path":"a","form":{}}}`, `field "request.form": give fields or files`},
		{`{"request":{"method":"POST","path":"a","form":{"files":[{"base64":"YQ=="}]}}}`, `field "request.form.files.0.field" is missing`},
		{`{"request":{"method":"POST","path":"a","form":{"files":[{"field":"f"}]}}}`, `field "request.form.files.0": give one of s3, base64`},
		{`{"request":{"method":"GET","path":"a","save_to":"bkt/k"}}`, `field "request.save_to": want s3://bucket/key`},
		{`{"request":{"method":"GET","path":"a","save_to":"s3://bkt/k","paginate":true}}`, `field "request.paginate" does not go with save_to`},
		{`{"request":{"method":"GET","path":"a","save_to":"s3://bkt/k","no_data_field":true}}`, `field "request.no_data_field" does not go with save_to`},
		{`{"request":{"method":"GET","path":"a","paginate":true,"no_data_field":true}}`, `field "request.no_data_field" does not go with paginate`},
		{`{"request":{"method":"GET","path":"a","paginate":true,"form":{"fields":{"a":1}}}}`, `field "request.form" does not go with paginate`},
	})
}
