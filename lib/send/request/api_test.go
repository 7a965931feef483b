package request

import (
	"strings"
	"testing"
	"time"
)

func TestAPI(t *testing.T) {
	for _, c := range []struct {
		name, fields string
		want         received
		repeats      bool
	}{
		{"short path", `"method":"GET","path":"im/v1/chats"`, received{"GET", "/open-apis/im/v1/chats", "", ""}, false},
		{"whole path", `"method":"get","path":"/open-apis/im/v1/chats?a=1"`, received{"GET", "/open-apis/im/v1/chats", "a=1", ""}, false},
		{"path params", `"method":"DELETE","path":"a/:id/b/:n","path_params":{"id":"x/../y","n":12345678901234567890}`,
			received{"DELETE", "/open-apis/a/x%2F..%2Fy/b/12345678901234567890", "", ""}, false},
		{"query", `"method":"GET","path":"a","query":{"s":"x y","n":9007199254740993,"e":1.5e3,"t":true,"f":false,"l":[1,"2",null],"none":null,"empty":[]}`,
			received{"GET", "/open-apis/a", "e=1500&f=false&l=1&l=2&n=9007199254740993&s=x+y&t=true", ""}, false},
		{"body", `"method":"POST","path":"a","body":{"id": 12345678901234567890, "s": "<&>", "z": 1.0, "a": null}`,
			received{"POST", "/open-apis/a", "", `{"id": 12345678901234567890, "s": "<&>", "z": 1.0, "a": null}`}, true},
		{"string body", `"method":"POST","path":"a","body":"a"`, received{"POST", "/open-apis/a", "", `"a"`}, true},
		{"list body", `"method":"PUT","path":"a","body":[1]`, received{"PUT", "/open-apis/a", "", `[1]`}, false},
		{"null body", `"method":"PATCH","path":"a","body":null`, received{"PATCH", "/open-apis/a", "", ""}, true},
		{"GET with a body", `"method":"GET","path":"a","body":{}`, received{"GET", "/open-apis/a", "", "{}"}, false},
		{"uuid in the body", `"method":"POST","path":"a","body":{"uuid":"1"}`, received{"POST", "/open-apis/a", "", `{"uuid":"1"}`}, false},
		{"uuid in the query", `"method":"POST","path":"a","query":{"uuid":"1"}`, received{"POST", "/open-apis/a", "uuid=1", ""}, false},
		{"empty uuid", `"method":"POST","path":"a","query":{"uuid":""},"body":{"uuid":""}`, received{"POST", "/open-apis/a", "uuid=", `{"uuid":""}`}, true},
		{"uuid that is no text", `"method":"POST","path":"a","body":{"uuid":1}`, received{"POST", "/open-apis/a", "", `{"uuid":1}`}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t)
			doc := `{"request":{` + c.fields + `}}`
			p, err := f.plan(doc)
			if err != nil {
				t.Fatal(err)
			}
			if p.Verb != "request" || p.Target != "" || p.MayRepeat != c.repeats {
				t.Errorf("got %s to %q, repeats %v", p.Verb, p.Target, p.MayRepeat)
			}
			diff(t, c.want, f.sent(doc))
		})
	}
}

// A body that is not JSON is sent byte for byte, as the type that the request
// names.
func TestAPIRaw(t *testing.T) {
	for _, c := range []struct{ fields, body, contentType string }{
		{`"raw":"a,b\n1,2","content_type":"text/csv"`, "a,b\n1,2", "text/csv"},
		{`"raw":{"base64":"/wA="},"content_type":"application/octet-stream"`, "\xff\x00", "application/octet-stream"},
		{`"raw":"","content_type":"text/plain; charset=utf-8"`, "", ""},
		{`"raw":null,"body":{}`, "{}", "application/json; charset=utf-8"},
	} {
		f := newFixture(t)
		diff(t, received{"PUT", "/open-apis/a", "", c.body}, f.sent(`{"request":{"method":"PUT","path":"a",`+c.fields+`}}`))
		diff(t, c.contentType, f.headers[0].Get("Content-Type"))
	}
	for _, c := range []struct{ fields, want string }{
		{`"raw":"a"`, "request.content_type"},
		{`"raw":"a","content_type":"text/csv\r\nX-A: b"`, "request.content_type"},
		{`"raw":"a","content_type":"text/csv","body":{}`, `"request.raw" does not go with body`},
		{`"raw":"a","content_type":"text/csv","form":{"fields":{"a":1}}`, `"request.form" does not go with raw`},
		{`"content_type":"text/csv"`, `"request.content_type" does not go with`},
		{`"content_type":"text/csv","body":{}`, `"request.content_type" does not go with body`},
		{`"raw":{"base64":"a"},"content_type":"text/csv"`, `"request.raw"`},
		{`"raw":{"text":"a"},"content_type":"text/csv"`, `"request.raw"`},
		{`"raw":7,"content_type":"text/csv"`, `"request.raw"`},
	} {
		if _, err := newFixture(t).plan(`{"request":{"method":"PUT","path":"a",` + c.fields + `}}`); !strings.Contains(errorText(err), c.want) {
			t.Errorf("%s: got %v, want %s", c.fields, err, c.want)
		}
	}
}

func TestAPIIdentity(t *testing.T) {
	for _, c := range []struct{ name, fields, want, helpDesk string }{
		{"tenant", ``, "Bearer t-1", ""},
		{"tenant by name", `,"token":"tenant"`, "Bearer t-1", ""},
		{"app", `,"token":"app"`, "Bearer a-1", ""},
		{"user", `,"user_access_token":"u-1"`, "Bearer u-1", ""},
		{"user by name", `,"token":"user","user_access_token":"u-1"`, "Bearer u-1", ""},
		{"none", `,"token":"none"`, "", ""},
		{"help desk", `,"helpdesk":true`, "Bearer t-1", "MTpo"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t)
			f.sent(`{"request":{"method":"GET","path":"a"` + c.fields + `}}`)
			diff(t, c.want, f.headers[0].Get("Authorization"))
			diff(t, c.helpDesk, f.headers[0].Get("X-Lark-Helpdesk-Authorization"))
		})
	}
}

func TestAPIOnAnotherHost(t *testing.T) {
	f := newFixture(t)
	if _, err := f.run(`{"request":{"method":"GET","path":"https://example.com/open-apis/a"}}`); err == nil || len(f.calls) != 0 {
		t.Errorf("got %v and %d calls", err, len(f.calls))
	}
	diff(t, "/open-apis/a", f.sent(`{"request":{"method":"GET","path":"`+f.url+`/open-apis/a"}}`).Path)
}

func TestAPIPages(t *testing.T) {
	for fields, calls := range map[string]int{`"paginate":true`: 2, `"paginate":1`: 1, `"paginate":2`: 2, `"paginate":false`: 1} {
		f := newFixture(t)
		f.reply = pagesReply
		if _, err := f.run(`{"request":{"method":"GET","path":"a",` + fields + `}}`); err != nil || len(f.calls) != calls {
			t.Errorf("%s: got %v and %d calls", fields, err, len(f.calls))
		}
	}
}

func TestAPIWithoutDataField(t *testing.T) {
	res, err := newFixture(t).run(`{"request":{"method":"GET","path":"a","no_data_field":true}}`)
	if err != nil {
		t.Fatal(err)
	}
	diff(t, `{"code":0,"msg":"success","data":{"done":true}}`, string(res.Data))
}

func TestAPITimeout(t *testing.T) {
	req, err := Parse([]byte(`{"request":{"method":"GET","path":"a","timeout":1.5}}`))
	if err != nil {
		t.Fatal(err)
	}
	call, err := req.Request.call()
	if err != nil || call.Timeout != 1500*time.Millisecond {
		t.Errorf("got %s, %v", call.Timeout, err)
	}
}

func TestAPIForm(t *testing.T) {
	f := newFixture(t)
	f.blobs.objects["bkt/in/é.txt"] = "object"
	f.sent(`{"request":{"method":"PUT","path":"a","query":{"q":1},"form":{
		"fields":{"s":"x","n":12345678901234567890,"l":[true,"2"],"none":null},
		"files":[{"field":"f","base64":"aGk="},{"field":"f","name":"a.png","type":"image/png","s3":"s3://bkt/in/é.txt"},{"field":"g","s3":"s3://bkt/in/é.txt"}]}}}`)
	diff(t, [][4]string{
		{"l", "", "", "true"}, {"l", "", "", "2"}, {"n", "", "", "12345678901234567890"}, {"s", "", "", "x"},
		{"f", "file", "application/octet-stream", "hi"},
		{"f", "a.png", "image/png", "object"},
		{"g", "é.txt", "application/octet-stream", "object"},
	}, f.formFields())
	diff(t, "q=1", f.calls[0].Query)
	if f.blobs.opened != 2 || f.blobs.closed != 2 {
		t.Errorf("%d objects opened, %d closed", f.blobs.opened, f.blobs.closed)
	}
}

func TestAPISaves(t *testing.T) {
	f := newFixture(t)
	f.reply = fileReply("content", "")
	res, err := f.run(`{"request":{"method":"GET","path":"a/:id","path_params":{"id":7},"save_to":"s3://bkt/k"}}`)
	if err != nil {
		t.Fatal(err)
	}
	diff(t, `{"s3":{"bucket":"bkt","key":"k","size":7,"content_type":"image/png"}}`, string(res.Data))
	diff(t, "content", f.blobs.objects["bkt/k"])
}
