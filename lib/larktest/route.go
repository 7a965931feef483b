package larktest

import (
	"net/http"
	"slices"
	"strings"
)

// handler serves one endpoint. Its caller holds the platform's lock.
type handler func(*Platform, *exchange) (any, *failure)

// route is one endpoint: its method and path, the token that it accepts, and its
// handler.
type route struct {
	method, path string
	token        tokenKind
	handle       handler
}

// routes returns the endpoints; {name} stands for one path segment. Of two that
// match, the first is meant.
func routes() []route {
	return slices.Concat(ownRoutes, contactRoutes, chatRoutes, recordRoutes, records.routes(),
		approvalRoutes, calendarRoutes, events.routes(), loginRoutes, cardKitRoutes)
}

var ownRoutes = []route{
	{"POST", "/open-apis/auth/v3/tenant_access_token/internal", noToken, tenantTokenInternal},
	{"POST", "/open-apis/auth/v3/app_access_token/internal", noToken, appTokenInternal},
	{"POST", "/open-apis/auth/v3/app_access_token", noToken, appTokenMarketplace},
	{"POST", "/open-apis/auth/v3/tenant_access_token", noToken, tenantTokenMarketplace},
	{"POST", "/open-apis/auth/v3/app_ticket/resend", noToken, resendTicket},
	{"POST", "/open-apis/authen/v1/oidc/access_token", appToken, userToken},

	{"POST", "/open-apis/im/v1/messages", tenantOrUserToken, sendMessage},
	{"POST", "/open-apis/im/v1/messages/merge_forward", tenantToken, mergeForward},
	{"PUT", "/open-apis/im/v1/messages/{id}", tenantToken, editMessage},
	{"PATCH", "/open-apis/im/v1/messages/{id}", tenantOrUserToken, patchCard},
	{"DELETE", "/open-apis/im/v1/messages/{id}", tenantOrUserToken, recallMessage},
	{"POST", "/open-apis/im/v1/messages/{id}/reply", tenantOrUserToken, replyMessage},
	{"POST", "/open-apis/im/v1/messages/{id}/forward", tenantToken, forwardMessage},
	{"POST", "/open-apis/im/v1/messages/{id}/reactions", tenantOrUserToken, addReaction},
	{"DELETE", "/open-apis/im/v1/messages/{id}/reactions/{reaction}", tenantOrUserToken, removeReaction},
	{"GET", "/open-apis/im/v1/messages/{id}", tenantOrUserToken, getMessage},
	{"PATCH", "/open-apis/im/v1/messages/{id}/urgent_app", tenantToken, urgent("app")},
	{"PATCH", "/open-apis/im/v1/messages/{id}/urgent_sms", tenantToken, urgent("sms")},
	{"PATCH", "/open-apis/im/v1/messages/{id}/urgent_phone", tenantToken, urgent("phone")},
	{"GET", "/open-apis/im/v1/messages/{id}/read_users", tenantToken, readUsers},
	{"POST", "/open-apis/im/v1/messages/{id}/push_follow_up", tenantToken, pushFollowUp},
	{"GET", "/open-apis/im/v1/messages/{id}/resources/{key}", tenantToken, downloadResource},
	{"POST", "/open-apis/im/v1/images", tenantToken, uploadImage},
	{"POST", "/open-apis/im/v1/files", tenantToken, uploadFile},
	{"GET", "/open-apis/im/v1/images/{key}", tenantToken, downloadOwn},
	{"GET", "/open-apis/im/v1/files/{key}", tenantToken, downloadOwn},

	{"POST", "/open-apis/message/v4/batch_send/", tenantToken, batchSend},
	{"POST", "/open-apis/ephemeral/v1/send", tenantToken, sendEphemeral},
	{"POST", "/open-apis/ephemeral/v1/delete", tenantToken, deleteEphemeral},
	{"POST", "/open-apis/interactive/v1/card/update", tenantToken, updateCard},
	{"POST", hookPath + "{id}", noToken, postHook},

	{"GET", "/open-apis/bot/v3/info", tenantToken, botInfo},
	{"GET", "/open-apis/event/v1/outbound_ip", tenantToken, outboundIPs},
	{"GET", "/open-apis/helpdesk/v1/tickets", tenantToken, listTickets},
}

// ServeHTTP answers one API call and records it before the answer is sent.
func (p *Platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := p.receive(r)
	a := p.answer(x)
	if x.beforeAnswer != nil {
		x.beforeAnswer()
	}
	p.record(x, a)
	a.write(w)
}

// serve does the work of x without faults.
func (p *Platform) serve(x *exchange) *answer {
	rt, f := p.find(x.Request)
	if f != nil {
		return failureAnswer(x, f)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if f := p.authorize(x, rt); f != nil {
		return failureAnswer(x, f)
	}
	result, f := rt.handle(p, x)
	if f != nil {
		return failureAnswer(x, f)
	}
	return successAnswer(x, result)
}

// find returns the endpoint of r and sets the path values of r.
func (p *Platform) find(r *http.Request) (route, *failure) {
	for _, rt := range p.routes {
		if rt.method == r.Method && match(rt.path, r) {
			return rt, nil
		}
	}
	return route{}, fail(99991201, "the stand-in does not know this API: "+r.Method+" "+r.URL.Path).withStatus(http.StatusNotFound)
}

func match(pattern string, r *http.Request) bool {
	want, got := strings.Split(pattern, "/"), strings.Split(r.URL.Path, "/")
	if len(want) != len(got) {
		return false
	}
	for i, w := range want {
		name, wild := strings.CutPrefix(w, "{")
		switch {
		case wild && got[i] != "":
			r.SetPathValue(strings.TrimSuffix(name, "}"), got[i])
		case w != got[i]:
			return false
		}
	}
	return true
}
