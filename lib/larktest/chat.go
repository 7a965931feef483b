package larktest

import (
	"slices"
	"strings"
)

const chatsPath = "/open-apis/im/v1/chats"

// chats are the groups that the bots are in ("im-v1/chat"). Messages may go to
// other chats, too.
var chats = collection{
	path: chatsPath, list: "items", id: "chat_id", prefix: "oc_", change: "PUT", limit: 100,
	notFound: fail(232006, "Your request specifies a chat ID which is invalid."),
	initial: func(x *exchange) document {
		return document{"chat_status": "normal", "chat_mode": "group", "tenant_key": x.tenant}
	},
}

// AddChat adds a chat to what every app lists as its chats.
func (p *Platform) AddChat(chatID, name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.documents[chatsPath] = append(p.documents[chatsPath], document{"chat_id": chatID, "name": name, "chat_status": "normal", "tenant_key": OwnTenant})
}

const membersPath = chatsPath + "/{document}/members"

// chatRoutes are the chats and their members ("im-v1/chat-members").
var chatRoutes = slices.Concat([]route{
	{"GET", chatsPath + "/search", tenantOrUserToken, searchChats},
	{"GET", membersPath, tenantOrUserToken, listMembers},
	{"POST", membersPath, tenantOrUserToken, changeMembers(func(members []document, id string) []document {
		return append(members, document{"member_id": id, "member_id_type": "open_id", "name": id, "tenant_key": OwnTenant})
	})},
	{"DELETE", membersPath, tenantOrUserToken, changeMembers(func(members []document, _ string) []document { return members })},
}, chats.routes())

// searchChats is "im-v1/chat/search", by a text in the name.
func searchChats(p *Platform, x *exchange) (any, *failure) {
	query := strings.ToLower(x.URL.Query().Get("query"))
	var found []document
	for _, d := range p.documents[chatsPath] {
		if name, _ := d["name"].(string); strings.Contains(strings.ToLower(name), query) {
			found = append(found, d)
		}
	}
	return pageDocuments(x, "items", 100, found)
}

func listMembers(p *Platform, x *exchange) (any, *failure) {
	members := p.documents[x.URL.Path]
	out, f := pageDocuments(x, "items", 100, members)
	if f != nil {
		return nil, f
	}
	out["member_total"] = len(members)
	return out, nil
}

// changeMembers serves a call with a list of ids: each is first taken out of the
// members, then add returns them with it or without it.
func changeMembers(add func(members []document, id string) []document) handler {
	return func(p *Platform, x *exchange) (any, *failure) {
		var b struct {
			IDs []string `json:"id_list"`
		}
		if f := x.decode(&b); f != nil {
			return nil, f
		}
		for _, id := range b.IDs {
			others := slices.DeleteFunc(p.documents[x.URL.Path], func(d document) bool { return d["member_id"] == id })
			p.documents[x.URL.Path] = add(others, id)
		}
		return map[string]any{"invalid_id_list": []string{}, "not_existed_id_list": []string{}}, nil
	}
}
