package lark

import "encoding/json"

// Resource is a file of a message. The API that fetches it
// (im-v1/message/get-message-resource) takes type image for an image and type
// file for all others.
type Resource struct {
	Type string // image, file, audio or media
	Key  string
	Name string // "" for none
}

// Resources returns the files of a message, in order. content is the message's
// content as Lark writes it, a JSON string that holds JSON. It returns none for a
// message that cannot be read.
func Resources(msgType string, content json.RawMessage) []Resource {
	m := message{reader: new(reader)}
	m.decodeContent(msgType, content)
	var list []Resource
	for _, r := range m.resources {
		list = append(list, Resource{r.kind, string(unquote(r.key)), string(unquote(r.name))})
	}
	return list
}
