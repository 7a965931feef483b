package request

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Tool is a kind of request that a language model can make, with few arguments.
// schemas/tools.json describes the tools to services that call them.
type Tool struct {
	Name, About string
	Arguments   []Argument
	// fixed are the values of the request that no argument gives, by their paths.
	fixed map[string]string
}

// Argument is one argument of a tool.
type Argument struct {
	Name string
	// Path is where the argument stands in the request, such as message.to.chat_id.
	Path string
	// About describes it where schemas/send.schema.json does not.
	About    string
	Required bool
	// Object reports that it is a JSON object, which may come as a text.
	Object bool
}

// Tools returns all tools.
func Tools() []Tool {
	return []Tool{
		{Name: "send_message", About: "Send a message to a chat or to a person in Lark (Feishu). Give one of chat_id, open_id and email.", Arguments: []Argument{
			{Name: "chat_id", Path: "message.to.chat_id"}, {Name: "open_id", Path: "message.to.open_id"}, {Name: "email", Path: "message.to.email"},
			{Name: "markdown", Path: "message.markdown", Required: true},
		}},
		{Name: "reply", About: "Reply to a message in Lark (Feishu).", Arguments: []Argument{
			{Name: "message_id", Path: "message.reply_to.message_id", Required: true}, {Name: "markdown", Path: "message.markdown", Required: true},
			{Name: "in_thread", Path: "message.reply_to.in_thread"},
		}},
		{Name: "update_card", About: "Replace a card that the app has sent in Lark (Feishu).", Arguments: []Argument{
			{Name: "message_id", Path: "update_card.message_id", Required: true}, {Name: "card", Path: "update_card.card", Required: true, Object: true},
		}},
		{Name: "find_chat", About: "Find the chats in Lark (Feishu) that the app is in, by their names. The result has their chat_id.", Arguments: []Argument{
			{Name: "query", Path: "request.query.query", About: "Words of the name of the chat.", Required: true},
		}, fixed: map[string]string{"request.method": "GET", "request.path": "im/v1/chats/search"}},
		{Name: "get_message", About: "Read a message in Lark (Feishu).", Arguments: []Argument{
			{Name: "message_id", Path: "get_message.message_id", Required: true},
		}},
		{Name: "upload", About: "Upload an image or a file to Lark (Feishu). The result has the key with which it can be sent. Give one of image and file.", Arguments: []Argument{
			{Name: "image", Path: "upload.image.s3"}, {Name: "file", Path: "upload.file.s3"},
		}},
	}
}

// FromTool returns the request that a tool makes with these arguments.
func FromTool(name string, arguments map[string]jsontext.Value) (*Request, error) {
	tools := Tools()
	i := slices.IndexFunc(tools, func(t Tool) bool { return t.Name == name })
	if i < 0 {
		names := make([]string, len(tools))
		for n, t := range tools {
			names[n] = t.Name
		}
		return nil, fmt.Errorf("there is no such tool: use one of %s", strings.Join(names, ", "))
	}
	tool, doc := tools[i], map[string]any{}
	for path, value := range tool.fixed {
		put(doc, path, value)
	}
	for _, name := range slices.Sorted(maps.Keys(arguments)) {
		n := slices.IndexFunc(tool.Arguments, func(a Argument) bool { return a.Name == name })
		if n < 0 {
			return nil, fmt.Errorf("argument %q is not one of the tool %s", shortened(name), tool.Name)
		}
		put(doc, tool.Arguments[n].Path, tool.Arguments[n].value(arguments[name]))
	}
	for _, a := range tool.Arguments {
		if _, given := arguments[a.Name]; a.Required && !given {
			return nil, fmt.Errorf("argument %q is missing", a.Name)
		}
	}
	request, err := encode(doc)
	if err != nil {
		return nil, err
	}
	return Parse(request)
}

// shortened returns the beginning of a name, for an error.
func shortened(name string) string { return strings.ToValidUTF8(name[:min(len(name), maxPath)], "") }

// value returns the value of an argument, of which an object may come as a text.
func (a Argument) value(value jsontext.Value) jsontext.Value {
	var text string
	if a.Object && value.Kind() == '"' && json.Unmarshal(value, &text) == nil && jsontext.Value(text).IsValid() {
		return jsontext.Value(text)
	}
	return value
}

// put sets the value at a path.
func put(doc map[string]any, path string, value any) {
	for {
		name, rest, more := strings.Cut(path, ".")
		if !more {
			doc[name] = value
			return
		}
		inner, ok := doc[name].(map[string]any)
		if !ok {
			inner = map[string]any{}
			doc[name] = inner
		}
		doc, path = inner, rest
	}
}
