package lark

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
)

// Bind decodes the event into target, a pointer to a struct such as
// [MessageReceive]. A value of another type than its field's is converted where it
// can be: a number that comes as a string, and a single value in place of a list. A
// string field takes the JSON of any value. A value that cannot be converted leaves
// its field as it was. Bind returns an error only when the event is not an object or
// target is not a pointer to a struct.
func (ev *Event) Bind(target any) error {
	v := reflect.ValueOf(target)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return fmt.Errorf("binding an event to a %T: want a pointer to a struct", target)
	}
	if !isObject(ev.Body) {
		return errors.New("binding an event: it is not an object")
	}
	assign(ev.Body, v.Elem())
	return nil
}

func isObject(doc json.RawMessage) bool {
	var fields map[string]json.RawMessage
	return json.Unmarshal(doc, &fields) == nil && fields != nil
}

// assign decodes JSON into v, and converts values of another type than that of v.
func assign(doc json.RawMessage, v reflect.Value) {
	if json.Unmarshal(doc, v.Addr().Interface()) == nil {
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		var fields map[string]json.RawMessage
		if json.Unmarshal(doc, &fields) == nil {
			assignFields(fields, v)
		}
	case reflect.Slice:
		assignList(doc, v)
	case reflect.Map:
		assignMap(doc, v)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		assign(doc, v.Elem())
	default:
		assignScalar(doc, v)
	}
}

// assignFields sets the fields of a struct, and those of embedded structs.
func assignFields(fields map[string]json.RawMessage, v reflect.Value) {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Anonymous && name == "" && field.Type.Kind() == reflect.Struct:
			assignFields(fields, v.Field(i))
		case field.IsExported():
			if doc := valueOf(fields, cmp.Or(name, field.Name)); doc != nil {
				assign(doc, v.Field(i))
			}
		}
	}
}

// valueOf returns the value of a name, whatever its case as encoding/json does, or nil
// if there is none.
func valueOf(fields map[string]json.RawMessage, name string) json.RawMessage {
	if doc, ok := fields[name]; ok {
		return doc
	}
	for key, doc := range fields {
		if strings.EqualFold(key, name) {
			return doc
		}
	}
	return nil
}

// assignList sets a slice. A value that is not a list becomes a list of one element.
func assignList(doc json.RawMessage, v reflect.Value) {
	var items []json.RawMessage
	if json.Unmarshal(doc, &items) != nil {
		items = []json.RawMessage{doc}
	}
	list := reflect.MakeSlice(v.Type(), len(items), len(items))
	for i, item := range items {
		assign(item, list.Index(i))
	}
	v.Set(list)
}

// assignMap sets a map whose keys are strings.
func assignMap(doc json.RawMessage, v reflect.Value) {
	var items map[string]json.RawMessage
	if v.Type().Key().Kind() != reflect.String || json.Unmarshal(doc, &items) != nil {
		return
	}
	v.Set(reflect.MakeMapWithSize(v.Type(), len(items)))
	for key, item := range items {
		value := reflect.New(v.Type().Elem()).Elem()
		assign(item, value)
		v.SetMapIndex(reflect.ValueOf(key).Convert(v.Type().Key()), value)
	}
}

// assignScalar sets a string, a number or a Boolean value from a value of another of
// these types.
func assignScalar(doc json.RawMessage, v reflect.Value) {
	text := string(doc)
	var s string
	if json.Unmarshal(doc, &s) == nil {
		text = s
	}
	switch {
	case v.Kind() == reflect.String:
		v.SetString(text)
	case v.Kind() == reflect.Bool:
		if b, err := strconv.ParseBool(text); err == nil {
			v.SetBool(b)
		}
	case v.CanInt():
		n, err := strconv.ParseInt(text, 10, 64)
		if f, floatErr := strconv.ParseFloat(text, 64); err != nil && floatErr == nil && math.Abs(f) < 1<<53 {
			n, err = int64(f), nil
		}
		if err == nil && !v.OverflowInt(n) {
			v.SetInt(n)
		}
	case v.CanUint():
		if n, err := strconv.ParseUint(text, 10, 64); err == nil && !v.OverflowUint(n) {
			v.SetUint(n)
		}
	case v.CanFloat():
		if f, err := strconv.ParseFloat(text, 64); err == nil {
			v.SetFloat(f)
		}
	}
}
