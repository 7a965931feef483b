package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/internal/awstest/stage"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// Each request of the page's table is carried out.
func TestPageRequests(t *testing.T) {
	s, platform, url := newPlatform(t, larktest.App{})
	if err := s.PutObject(t.Context(), stage.Bucket, "files/report.pdf", []byte("before")); err != nil {
		t.Fatal(err)
	}
	platform.AddChat("oc_1", "Orders")
	var queue struct{ QueueUrl string }
	if err := s.Call(t.Context(), "AmazonSQS.CreateQueue", map[string]any{"QueueName": "asks"}, &queue); err != nil {
		t.Fatal(err)
	}
	f := s.Start("send", "ASK_QUEUE_URL="+queue.QueueUrl)

	rows := regexp.MustCompile("(?m)^\\| (\\w+) \\| `(.*)` \\|$").FindAllStringSubmatch(section(t, "Verbs"), -1)
	var verbs []string
	for _, row := range rows {
		verb, doc := row[1], row[2]
		verbs = append(verbs, verb)
		t.Run(verb, func(t *testing.T) {
			// om_1 is a message of the bot: a card where a card is updated.
			content := `"text":"Version 42 is live"`
			if verb == "update_card" {
				content = `"card":{"schema":"2.0","body":{"elements":[]}}`
			}
			var sent struct {
				Data struct {
					MessageID string `json:"message_id"`
				}
			}
			if err := json.Unmarshal(invoke(t, f, `{"message":{"to":{"chat_id":"oc_1"},`+content+`}}`), &sent); err != nil {
				t.Fatal(err)
			}
			var reaction struct {
				Data struct {
					ReactionID string `json:"reaction_id"`
				}
			}
			if verb == "unreact" {
				if err := json.Unmarshal(invoke(t, f, `{"react":{"message_id":"`+sent.Data.MessageID+`","emoji":"OK"}}`), &reaction); err != nil {
					t.Fatal(err)
				}
			}
			platform.AddResource(sent.Data.MessageID, "file_1", "file", "application/pdf", 6, func() io.Reader { return strings.NewReader("report") })
			platform.MarkRead(sent.Data.MessageID, "ou_1")
			hook := platform.AddHook("hook-secret")
			invoke(t, f, strings.NewReplacer("om_1", sent.Data.MessageID, "https://open.larksuite.com", url,
				"ZCaCIjUBVVWSrm5L", reaction.Data.ReactionID, "hook/…", "hook/"+hook, `"secret": "…"`, `"secret": "hook-secret"`).Replace(doc))
		})
	}
	for _, want := range schemaVerbs(t) {
		if !slices.ContainsFunc(rows, func(row []string) bool { return strings.HasPrefix(row[2], `{"`+want+`": `) }) {
			t.Errorf("got the verbs %q, want %s too", verbs, want)
		}
	}
	if got, err := s.GetObject(t.Context(), stage.Bucket, "files/report.pdf"); string(got) != "report" {
		t.Errorf("downloaded %q, %v", got, err)
	}
}

// schemaVerbs returns the verbs that the schema of a request has.
func schemaVerbs(t *testing.T) (verbs []string) {
	t.Helper()
	doc, err := os.ReadFile("../../schemas/send.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Defs struct {
			Request struct {
				OneOf []struct{ Required []string } `json:"oneOf"`
			} `json:"request"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(doc, &schema); err != nil {
		t.Fatal(err)
	}
	for _, choice := range schema.Defs.Request.OneOf {
		verbs = append(verbs, choice.Required...)
	}
	if len(verbs) < 15 {
		t.Fatalf("got the verbs %q, want those of the schema", verbs)
	}
	return verbs
}

// state is what this test reads of a state of Step Functions.
type state struct {
	Type, Resource string
	Parameters     struct {
		FunctionName string
		Payload      map[string]any
	}
	Retry, Catch []struct{ ErrorEquals []string }
}

// The state of the page sends, and its names of errors are those that the
// function has.
func TestPageState(t *testing.T) {
	var st state
	if err := json.Unmarshal([]byte(blocks(t, "In a state machine", "json", 1)[0]), &st); err != nil {
		t.Fatal(err)
	}
	if st.Type != "Task" || st.Resource != "arn:aws:states:::lambda:invoke" || st.Parameters.FunctionName != "larkbridge-send" {
		t.Errorf("got %+v", st)
	}
	var names []string
	for _, list := range slices.Concat(st.Retry, st.Catch) {
		names = append(names, list.ErrorEquals...)
	}
	slices.Sort(names)
	want := []string{"Lark.Auth", "Lark.NotFound", "Lark.Permission", "Lark.Quota", "Lark.Server", "Lark.Throttled", "Lark.Transport", "Lark.Validation"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}

	payload, err := json.Marshal(resolve(t, st.Parameters.Payload, map[string]string{
		"$.chat": "oc_1", "$.summary": "**Order 42** is paid",
		"$$.Execution.Id": "arn:aws:states:us-east-1:123456789012:execution:orders:42", "$$.State.Name": "Tell Lark",
	}))
	if err != nil {
		t.Fatal(err)
	}
	s, platform := newLark(t)
	f := s.Start("send")
	invoke(t, f, string(payload))
	if out := invoke(t, f, string(payload)); !strings.Contains(string(out), `"replayed":true`) {
		t.Errorf("the state's retry sends again: %s", out)
	}
	checkChat(t, platform, []string{"**Order 42** is paid"})

	refused := larktest.Fault{Kind: larktest.Verbatim, Match: isMessage, Reply: larktest.Reply{Status: 400, ContentType: "application/json",
		Body: `{"code":230002,"msg":"Bot can NOT be out of the chat."}`}}
	platform.Fail(refused)
	_, err = f.Invoke(t.Context(), []byte(strings.Replace(string(payload), "orders:42", "orders:43", 1)))
	var failure *harness.FunctionError
	if !errors.As(err, &failure) || !slices.Contains(st.Catch[0].ErrorEquals, failure.Type) {
		t.Errorf("got %v, which the state does not catch", err)
	}
}

// resolve does what Step Functions does with fields that end with .$.
func resolve(t *testing.T, object map[string]any, values map[string]string) map[string]any {
	t.Helper()
	out := map[string]any{}
	for name, value := range object {
		path, isPath := strings.CutSuffix(name, ".$")
		text, _ := value.(string)
		inner, isObject := value.(map[string]any)
		switch {
		case isObject:
			out[name] = resolve(t, inner, values)
		case isPath && strings.HasPrefix(text, "States.Format("):
			format, args, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(text, "States.Format('"), ")"), "', ")
			for arg := range strings.SplitSeq(args, ", ") {
				format = strings.Replace(format, "{}", values[arg], 1)
			}
			out[path] = format
		case isPath && values[text] != "":
			out[path] = values[text]
		case isPath:
			t.Fatalf("%s has a path that this test does not know: %s", name, text)
		default:
			out[name] = value
		}
	}
	return out
}
