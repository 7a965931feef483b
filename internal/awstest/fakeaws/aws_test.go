package fakeaws

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
)

// call makes one call in JSON and returns status and answer.
func call(t *testing.T, a *AWS, target, body string) (int, string) {
	t.Helper()
	r := httptest.NewRequest("POST", "/", strings.NewReader(body))
	r.Header.Set("X-Amz-Target", target)
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func TestConditions(t *testing.T) {
	item := Item{"pk": {"S": "k"}, "st": {"S": "CLAIMED"}, "lease": {"N": "10"}, "req": {"S": "me"}}
	for condition, want := range map[string]bool{
		"attribute_not_exists(pk)":     false,
		"lease < :now AND st = :other": false,
		"attribute_not_exists(pk) OR (st = :st AND (lease < :ten OR req = :me))": true,
		"attribute_not_exists(res)": true,
		"lease < :now AND st = :st": true,
		"res < :now":                false, // an attribute that is not there
		"res <> :me":                true,
		"#l = :ten":                 true,
	} {
		in := itemRequest{ConditionExpression: condition, ExpressionAttributeNames: map[string]string{"#l": "lease"},
			ExpressionAttributeValues: map[string]Value{":now": {"N": "20"}, ":ten": {"N": "10.0"}, ":st": {"S": "CLAIMED"}, ":other": {"S": "x"}, ":me": {"S": "me"}}}
		got, refused := evaluate(in, item)
		if refused != nil || got != want {
			t.Errorf("%s: got %v, %+v, want %v", condition, got, refused, want)
		}
	}
	for _, condition := range []string{"lease <", "lease = :unknown", "(lease = :ten", "lease = :ten extra", "lease > :ten", "size(lease) = :ten"} {
		if _, refused := evaluate(itemRequest{ConditionExpression: condition, ExpressionAttributeValues: map[string]Value{":ten": {"N": "1"}}}, item); refused == nil {
			t.Errorf("%s: taken, want a refusal", condition)
		}
	}
}

func TestUpdateItem(t *testing.T) {
	a := New()
	update := `{"TableName":"t","Key":{"pk":{"S":"k"}},"UpdateExpression":"SET st = :st, n = :one REMOVE lease, req",
		"ConditionExpression":"attribute_not_exists(st) OR st <> :st","ReturnValuesOnConditionCheckFailure":"ALL_OLD",
		"ExpressionAttributeValues":{":st":{"S":"DONE"},":one":{"N":"1"}}}`
	if status, answer := call(t, a, "DynamoDB_20120810.UpdateItem", update); status != 200 {
		t.Fatalf("got %d %s, want 200", status, answer)
	}
	got := a.Items()["k"]
	if got["st"].string() != "DONE" || got["n"]["N"] != "1" {
		t.Errorf("got %v, want st DONE and n 1", got)
	}
	status, answer := call(t, a, "DynamoDB_20120810.UpdateItem", update)
	if status != 400 || !strings.Contains(answer, "ConditionalCheckFailedException") || !strings.Contains(answer, `"Item"`) {
		t.Errorf("got %d %s, want a failed condition with the item", status, answer)
	}
}

// EventBridge here is as strict as AWS.
func TestPutEvents(t *testing.T) {
	a := New()
	for detail, want := range map[string]bool{
		`{"a":9223372036854775807}`: true,
		`{"a":9223372036854775808}`: false,
		`{"a":1e300}`:               true,
		`[]`:                        false,
		`{"a":1} x`:                 false,
		`{"a":` + strings.Repeat("[", 999) + strings.Repeat("]", 999) + `}`:   true,
		`{"a":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + `}`: false,
	} {
		a.Reset()
		body, err := json.Marshal(map[string]any{"Entries": []any{map[string]string{"Source": "s", "DetailType": "d", "Detail": detail}}})
		if err != nil {
			t.Fatal(err)
		}
		if status, answer := call(t, a, "AWSEvents.PutEvents", string(body)); status != 200 || strings.Contains(answer, "MalformedDetail") == want {
			t.Errorf("%.40s: got %s, want it taken: %v", detail, answer, want)
		}
		if got := len(a.Entries()) == 1; got != want {
			t.Errorf("%.40s: on the bus: %v, want %v", detail, got, want)
		}
	}
}

// SQS refuses a visibility time-out of 12 hours for a message that was just
// received.
func TestChangeMessageVisibility(t *testing.T) {
	a := New()
	for seconds, want := range map[string]int{"43199": 200, "43200": 400, "0": 200, "-1": 400} {
		if status, answer := call(t, a, "AmazonSQS.ChangeMessageVisibility", `{"QueueUrl":"q","ReceiptHandle":"r","VisibilityTimeout":`+seconds+`}`); status != want {
			t.Errorf("%s s: got %d %s, want %d", seconds, status, answer, want)
		}
	}
}
