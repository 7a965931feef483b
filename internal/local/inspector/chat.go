package inspector

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"sync"
	"time"

	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/lib/bus"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// groupChat is the group that the users of the page are in.
const groupChat = "oc_9a8b7c6d5e4f30214365870a9b8c7d6e"

// users are those as whom the page writes and clicks.
var users = []string{local.SampleUser, "ou_2a3b4c5d6e7f80912a3b4c5d6e7f8091"}

// chat is a chat with its kind: p2p, group or webhook.
type chat struct {
	ID   string `json:"id"`
	Kind string `json:"kind"`
}

// chats follows the messages of the stand-in.
type chats struct {
	platform *larktest.Platform

	mu    sync.Mutex
	order []chat
	kinds map[string]string // by chat
	marks map[string]mark   // by message
}

// mark is what a message was like at a version.
type mark struct {
	sum     uint64
	version int
}

// newChats returns the chats of a platform: one with a user, and a group.
func newChats(platform *larktest.Platform) *chats {
	c := &chats{platform: platform, kinds: map[string]string{}, marks: map[string]mark{}}
	c.see(local.SampleChat, "p2p")
	c.see(groupChat, "group")
	return c
}

// see adds a chat unless it is known.
func (c *chats) see(id, kind string) {
	if c.kinds[id] == "" {
		c.kinds[id] = kind
		c.order = append(c.order, chat{id, kind})
	}
}

// addMessage is a rule that makes the stand-in know the messages of users, so that
// replies come in their chat.
func (c *chats) addMessage(e bus.Entry) {
	if e.Source != bus.Source || e.DetailType != lark.TypeMessageReceive {
		return
	}
	var detail struct {
		Event struct {
			Sender struct {
				SenderID struct {
					OpenID string `json:"open_id"`
				} `json:"sender_id"`
			}
			Message struct {
				ID       string `json:"message_id"`
				ChatID   string `json:"chat_id"`
				ChatType string `json:"chat_type"`
				Type     string `json:"message_type"`
				Content  string
				ParentID string `json:"parent_id"`
				RootID   string `json:"root_id"`
				ThreadID string `json:"thread_id"`
			}
		}
	}
	if json.Unmarshal(e.Detail, &detail) != nil {
		return
	}
	m := detail.Event.Message
	if _, known := c.platform.Message(m.ID); known || m.ID == "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.see(m.ChatID, m.ChatType)
	c.platform.AddMessage(larktest.Message{
		ID: m.ID, ReceiveID: m.ChatID, ReceiveIDType: "chat_id", MsgType: m.Type, Content: m.Content,
		ParentID: m.ParentID, RootID: m.RootID, ThreadID: m.ThreadID, SenderID: detail.Event.Sender.SenderID.OpenID,
	})
}

// message is a message of a chat as the page shows it.
type message struct {
	larktest.Message
	Chat string
	Mine bool   // a user sent it
	Root string // the first message of those that it answers, "" for none
}

// since returns the chats, and the messages that have changed after a version, oldest
// first. Messages that are new or have changed get the version now.
func (c *chats) since(version, now int) ([]chat, []message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var changed []message
	known := map[string]string{} // root by message
	history := c.platform.History()
	for i := range history {
		m := message{Message: history[i], Chat: chatOf(&history[i]), Mine: history[i].AppID == "" && history[i].ReceiveIDType != "webhook"}
		c.see(m.Chat, kindOf(&m))
		if root, ok := known[m.ParentID]; ok && m.ParentID != "" {
			m.Root = root
		}
		known[m.ID] = m.Root
		if m.Root == "" {
			known[m.ID] = m.ID
		}
		sum := sumOf(&m.Message)
		if last, ok := c.marks[m.ID]; !ok || last.sum != sum {
			c.marks[m.ID] = mark{sum, now + 1}
		}
		if c.marks[m.ID].version > version {
			changed = append(changed, m)
		}
	}
	return slices.Clone(c.order), changed
}

// chatOf returns the chat that a message is shown in. The sample user's own chat with
// the bot is the one of the samples.
func chatOf(m *larktest.Message) string {
	if m.ReceiveID == local.SampleUser {
		return local.SampleChat
	}
	return m.ChatID()
}

// kindOf returns the kind of the chat of a message that the bot has sent.
func kindOf(m *message) string {
	switch m.ReceiveIDType {
	case "webhook":
		return "webhook"
	case "chat_id":
		return "group"
	}
	return "p2p"
}

// sumOf returns a number that is another one for a message that has changed.
func sumOf(m *larktest.Message) uint64 {
	h := fnv.New64a()
	fmt.Fprintln(h, m.Content, m.Recalled, m.Edited, m.Updated, m.UpdateTime.Format(time.RFC3339Nano), m.Reactions, m.FollowUps, m.Clicks, m.Toast, len(m.Urgent))
	return h.Sum64()
}

// kind returns the kind of a chat; a group for one that is not known.
func (c *chats) kind(id string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if kind := c.kinds[id]; kind != "" {
		return kind
	}
	return "group"
}
