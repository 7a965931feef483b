package fakeaws

import (
	"encoding/json"
	"maps"
)

// Value is one of DynamoDB's values: {"S":"…"}, {"N":"…"}, {"B":"…"}, …
type Value map[string]any

// Item is an item of the table, whose key is the string attribute pk.
type Item map[string]Value

// Items returns the table as it is now, by key.
func (a *AWS) Items() map[string]Item {
	a.mu.Lock()
	defer a.mu.Unlock()
	copied := map[string]Item{}
	for key, item := range a.items {
		copied[key] = maps.Clone(item)
	}
	return copied
}

// itemRequest is the body of GetItem and UpdateItem.
type itemRequest struct {
	Key                                 Item
	UpdateExpression                    string
	ConditionExpression                 string
	ExpressionAttributeNames            map[string]string
	ExpressionAttributeValues           map[string]Value
	ReturnValuesOnConditionCheckFailure string
}

func (r itemRequest) key() string { return r.Key["pk"].string() }

func (v Value) string() string {
	s, _ := v["S"].(string)
	return s
}

func (a *AWS) getItem(body []byte) (any, *refusal) {
	in, refused := decode[itemRequest](body)
	if refused != nil {
		return nil, refused
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	item, ok := a.items[in.key()]
	if !ok {
		return map[string]any{}, nil
	}
	return map[string]any{"Item": item}, nil
}

// maxItem is the largest item that DynamoDB accepts; here it is the size of its JSON.
const maxItem = 400 << 10

// updateItem checks the condition and writes, in one step.
func (a *AWS) updateItem(body []byte) (any, *refusal) {
	in, refused := decode[itemRequest](body)
	if refused != nil {
		return nil, refused
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	old := a.items[in.key()]
	holds, refused := evaluate(in, old)
	switch {
	case refused != nil:
		return nil, refused
	case !holds:
		return nil, conditionFailed(in, old)
	}
	item, refused := update(in, old)
	if refused != nil {
		return nil, refused
	}
	doc, err := json.Marshal(item)
	if err != nil || len(doc) > maxItem {
		return nil, refuse("ValidationException", "Item size has exceeded the maximum allowed size")
	}
	a.items[in.key()] = item
	return map[string]any{}, nil
}

func conditionFailed(in itemRequest, old Item) *refusal {
	r := refuse("com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "The conditional request failed")
	if in.ReturnValuesOnConditionCheckFailure == "ALL_OLD" && old != nil {
		r.more = map[string]any{"Item": old}
	}
	return r
}
