package fakeaws

import (
	"encoding/json"
	"maps"
	"net/http"
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

// SetItem puts an item into the table, or takes one out if it is nil.
func (a *AWS) SetItem(key string, item Item) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if item == nil {
		delete(a.items, key)
		return
	}
	a.items[key] = item
}

// itemRequest is what the calls for one item have in common.
type itemRequest struct {
	Key, Item                           Item
	UpdateExpression                    string
	ConditionExpression                 string
	ExpressionAttributeNames            map[string]string
	ExpressionAttributeValues           map[string]Value
	ReturnValues                        string
	ReturnValuesOnConditionCheckFailure string
}

func (r itemRequest) key() string {
	if r.Item != nil {
		return r.Item["pk"].string()
	}
	return r.Key["pk"].string()
}

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

func (a *AWS) putItem(body []byte) (any, *refusal) {
	return a.write(body, func(Item, itemRequest) (Item, *refusal) { return nil, nil })
}

func (a *AWS) updateItem(body []byte) (any, *refusal) {
	return a.write(body, func(old Item, in itemRequest) (Item, *refusal) {
		changed := maps.Clone(old)
		if changed == nil {
			changed = maps.Clone(in.Key)
		}
		if in.UpdateExpression == "" {
			return changed, nil
		}
		return changed, parseUpdate(in, old, changed)
	})
}

func (a *AWS) deleteItem(body []byte) (any, *refusal) {
	return a.write(body, func(Item, itemRequest) (Item, *refusal) { return nil, nil })
}

// maxItem is the most that DynamoDB takes for an item; here of its JSON.
const maxItem = 400 << 10

// write checks the condition and writes, in one step. change makes the item
// that is to be there; a put brings it, and a delete leaves none.
func (a *AWS) write(body []byte, change func(Item, itemRequest) (Item, *refusal)) (any, *refusal) {
	in, refused := decode[itemRequest](body)
	if refused != nil {
		return nil, refused
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	old := a.items[in.key()]
	if in.ConditionExpression != "" {
		holds, refused := evaluate(in, old)
		if refused != nil {
			return nil, refused
		}
		if !holds {
			return nil, conditionFailed(in, old)
		}
	}
	item, refused := change(old, in)
	if refused != nil {
		return nil, refused
	}
	if in.Item != nil {
		item = in.Item
	}
	doc, err := json.Marshal(item)
	if err != nil || len(doc) > maxItem {
		return nil, refuse("ValidationException", "Item size has exceeded the maximum allowed size")
	}
	if item == nil {
		delete(a.items, in.key())
	} else {
		a.items[in.key()] = item
	}
	switch {
	case in.ReturnValues == "ALL_NEW":
		return map[string]any{"Attributes": item}, nil
	case in.ReturnValues == "ALL_OLD" && old != nil:
		return map[string]any{"Attributes": old}, nil
	}
	return map[string]any{}, nil
}

func conditionFailed(in itemRequest, old Item) *refusal {
	r := refuse("com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "The conditional request failed")
	r.status = http.StatusBadRequest
	if in.ReturnValuesOnConditionCheckFailure == "ALL_OLD" && old != nil {
		r.more = map[string]any{"Item": old}
	}
	return r
}
