package send_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

// An AgentCore Gateway gives the arguments as the payload, and the tool's name with its
// target in the client context.
func TestGateway(t *testing.T) {
	for payload, want := range map[string]string{
		`{"chat_id":"oc_1","markdown":"hi"}`: `"ok":true`,
		`{"chat_id":"oc_1"}`:                 `argument \"markdown\" is missing`,
		`[]`:                                 `argument \"markdown\" is missing`,
	} {
		f, ctx := newFixture()
		out, err := f.sender.Lambda(lambdacontext.NewContext(ctx, &lambdacontext.LambdaContext{
			AwsRequestID: "r1", ClientContext: lambdacontext.ClientContext{Custom: map[string]string{"bedrockAgentCoreToolName": "lark___send_message"}},
		}), json.RawMessage(payload))
		if err != nil {
			t.Fatal(err)
		}
		doc, err := json.Marshal(out)
		if err != nil || !strings.Contains(string(doc), want) {
			t.Errorf("%s: got %s, %v, want %s", payload, doc, err, want)
		}
		if sent := len(f.platform.Messages("oc_1")); (sent == 1) != (want == `"ok":true`) {
			t.Errorf("%s: got %d messages", payload, sent)
		}
	}
}

// An agent of Bedrock gives the arguments as texts with types.
func TestActionGroup(t *testing.T) {
	for function, want := range map[string]string{
		"reply": `{"messageVersion":"1.0","response":{"actionGroup":"lark","function":"reply","functionResponse":{"responseBody":{"TEXT":{"body":"{\"ok\":true`,
		"other": `{"messageVersion":"1.0","response":{"actionGroup":"lark","function":"other","functionResponse":{"responseState":"REPROMPT","responseBody":{"TEXT":{"body":"{\"ok\":false`,
	} {
		f, ctx := newFixture()
		out, err := f.invoke(ctx, "r1", `{"messageVersion":"1.0","agent":{"name":"a"},"inputText":"x","sessionId":"1","actionGroup":"lark","function":"`+function+`",
			"parameters":[{"name":"message_id","type":"string","value":"om_1"},{"name":"markdown","type":"string","value":"42"},{"name":"in_thread","type":"boolean","value":"true"}]}`)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := json.Marshal(out)
		if err != nil || !strings.HasPrefix(string(doc), want) {
			t.Errorf("%s: got %s, %v, want %s…", function, doc, err, want)
		}
		if m := f.platform.Messages(""); function == "reply" && (len(m) != 1 || !m[0].InThread) {
			t.Errorf("got %+v, want a reply in a thread", m)
		}
	}
}
