package lark

import "encoding/json"

// Typed events, for [Event.Bind]. Times are as Lark sends them, in milliseconds
// unless a field says otherwise. A field that an event does not have is empty.

// UserID holds the ids of a user. UserID.UserID needs a permission of its own.
type UserID struct {
	OpenID  string `json:"open_id"`
	UserID  string `json:"user_id"`
	UnionID string `json:"union_id"`
}

// MessageReceive is the event im.message.receive_v1: the bot gets a message.
type MessageReceive struct {
	Sender struct {
		SenderID   UserID `json:"sender_id"`
		SenderType string `json:"sender_type"`
		TenantKey  string `json:"tenant_key"`
	} `json:"sender"`
	Message struct {
		MessageID   string    `json:"message_id"`
		RootID      string    `json:"root_id"`
		ParentID    string    `json:"parent_id"`
		ThreadID    string    `json:"thread_id"`
		CreateTime  string    `json:"create_time"`
		UpdateTime  string    `json:"update_time"`
		ChatID      string    `json:"chat_id"`
		ChatType    string    `json:"chat_type"` // p2p or group
		MessageType string    `json:"message_type"`
		Content     string    `json:"content"` // JSON in a string
		Mentions    []Mention `json:"mentions"`
	} `json:"message"`
}

// Mention is a mention in a message. Key stands for it in the text.
type Mention struct {
	Key       string `json:"key"`
	ID        UserID `json:"id"`
	Name      string `json:"name"`
	TenantKey string `json:"tenant_key"`
}

// MessageRead is the event im.message.message_read_v1: a user has read messages.
type MessageRead struct {
	Reader struct {
		ReaderID  UserID `json:"reader_id"`
		ReadTime  string `json:"read_time"`
		TenantKey string `json:"tenant_key"`
	} `json:"reader"`
	MessageIDs []string `json:"message_id_list"`
}

// MessageRecalled is the event im.message.recalled_v1: a message was taken back.
type MessageRecalled struct {
	MessageID  string `json:"message_id"`
	ChatID     string `json:"chat_id"`
	RecallTime string `json:"recall_time"`
	RecallType string `json:"recall_type"`
}

// MessageReaction is the event im.message.reaction.created_v1 or
// im.message.reaction.deleted_v1: a user or an app reacts to a message with an
// emoji, or takes that back.
type MessageReaction struct {
	MessageID    string `json:"message_id"`
	ReactionType struct {
		EmojiType string `json:"emoji_type"`
	} `json:"reaction_type"`
	OperatorType string `json:"operator_type"` // user or app
	UserID       UserID `json:"user_id"`
	AppID        string `json:"app_id"`
	ActionTime   string `json:"action_time"`
}

// ChatChange holds the fields that all events of a chat have.
type ChatChange struct {
	ChatID            string            `json:"chat_id"`
	OperatorID        UserID            `json:"operator_id"`
	External          bool              `json:"external"`
	OperatorTenantKey string            `json:"operator_tenant_key"`
	Name              string            `json:"name"`
	I18nNames         map[string]string `json:"i18n_names"`
}

// ChatDisbanded is the event im.chat.disbanded_v1.
type ChatDisbanded = ChatChange

// ChatMemberBot is the event im.chat.member.bot.added_v1 or
// im.chat.member.bot.deleted_v1: the bot joins a chat or leaves it.
type ChatMemberBot = ChatChange

// ChatMemberUser is the event im.chat.member.user.added_v1 or
// im.chat.member.user.deleted_v1: users join a chat or leave it.
type ChatMemberUser struct {
	ChatChange
	Users []struct {
		Name      string `json:"name"`
		TenantKey string `json:"tenant_key"`
		UserID    UserID `json:"user_id"`
	} `json:"users"`
}

// ChatUpdated is the event im.chat.updated_v1. BeforeChange and AfterChange hold
// only what has changed.
type ChatUpdated struct {
	ChatChange
	BeforeChange json.RawMessage `json:"before_change"`
	AfterChange  json.RawMessage `json:"after_change"`
}

// BotMenu is the event application.bot.menu_v6: a user clicks an item of the menu of
// the bot.
type BotMenu struct {
	Operator struct {
		OperatorName string `json:"operator_name"`
		OperatorID   UserID `json:"operator_id"`
	} `json:"operator"`
	EventKey  string `json:"event_key"`
	Timestamp int64  `json:"timestamp"` // in seconds
}

// CardAction is the event card.action.trigger, of either style. A [CardHandler] gets
// it as a [Click].
type CardAction struct {
	Operator struct {
		UserID
		TenantKey string `json:"tenant_key"`
	} `json:"operator"`
	Token  Secret `json:"token"`
	Action struct {
		Value      json.RawMessage            `json:"value"`
		Tag        string                     `json:"tag"`
		Name       string                     `json:"name"`
		Option     string                     `json:"option"`
		Options    []string                   `json:"options"`
		InputValue string                     `json:"input_value"`
		Checked    bool                       `json:"checked"`
		FormValue  map[string]json.RawMessage `json:"form_value"`
		Timezone   string                     `json:"timezone"`
	} `json:"action"`
	Host    string `json:"host"`
	Context struct {
		OpenMessageID string `json:"open_message_id"`
		OpenChatID    string `json:"open_chat_id"`
	} `json:"context"`
}

// ContactUser is the event contact.user.created_v3, contact.user.updated_v3 or
// contact.user.deleted_v3. OldObject holds what an update or a deletion replaced.
type ContactUser struct {
	Object    ContactUserObject `json:"object"`
	OldObject ContactUserObject `json:"old_object"`
}

// ContactUserObject is a user in the contacts of a tenant.
type ContactUserObject struct {
	UserID
	Name            string   `json:"name"`
	EnName          string   `json:"en_name"`
	Email           string   `json:"email"`
	EnterpriseEmail string   `json:"enterprise_email"`
	Mobile          string   `json:"mobile"`
	JobTitle        string   `json:"job_title"`
	EmployeeNo      string   `json:"employee_no"`
	EmployeeType    int64    `json:"employee_type"`
	DepartmentIDs   []string `json:"department_ids"`
	LeaderUserID    string   `json:"leader_user_id"`
	JoinTime        int64    `json:"join_time"` // in seconds
	Status          struct {
		IsFrozen    bool `json:"is_frozen"`
		IsResigned  bool `json:"is_resigned"`
		IsActivated bool `json:"is_activated"`
		IsExited    bool `json:"is_exited"`
		IsUnjoin    bool `json:"is_unjoin"`
	} `json:"status"`
}

// ApprovalInstance is the event approval_instance: the status of an approval
// changes.
type ApprovalInstance struct {
	AppID        string `json:"app_id"`
	TenantKey    string `json:"tenant_key"`
	ApprovalCode string `json:"approval_code"`
	InstanceCode string `json:"instance_code"`
	Status       string `json:"status"` // such as APPROVED
	OperateTime  string `json:"operate_time"`
	UUID         string `json:"uuid"`
}

// AppOpen is the event app_open: a tenant enables the app for the first time.
type AppOpen struct {
	AppID      string   `json:"app_id"`
	TenantKey  string   `json:"tenant_key"`
	Applicants []UserID `json:"applicants"`
	Installer  UserID   `json:"installer"`
}

// AppStatusChange is the event app_status_change: a tenant enables or disables the
// app.
type AppStatusChange struct {
	AppID     string `json:"app_id"`
	TenantKey string `json:"tenant_key"`
	Status    string `json:"status"` // such as start_by_tenant
	Operator  UserID `json:"operator"`
}
