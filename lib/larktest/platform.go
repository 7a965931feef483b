// Package larktest is a Lark (Feishu) open platform in memory, for anybody's
// tests: the HTTP API that an app calls, a sample of each payload that Lark
// posts, and the secrets that these samples were made with. The platform answers
// as Lark's documents say, limits and error codes included, so that tests meet
// the real rules without the network.
//
// Where a doc comment names a page such as "im-v1/message/create", that page of
// the platform's server documentation is the source of the rule.
package larktest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// OwnTenant is the tenant key of every custom app, which lives in one tenant only.
const OwnTenant = "tk_own"

// App is one app registered with the platform.
type App struct {
	ID, Secret string
	// Marketplace says that the app gets its tokens with an app_ticket, one per tenant.
	Marketplace bool
	// HelpDeskID and HelpDeskToken are the credentials of calls below /open-apis/helpdesk/.
	HelpDeskID, HelpDeskToken string
}

// Platform is a stand-in for Lark: an [http.Handler] that answers as Lark's open
// platform does. It is safe for concurrent use.
type Platform struct {
	now       func() time.Time
	tokenLife time.Duration
	chatLimit int
	anyHook   bool
	routes    []route

	logSerial atomic.Int64

	mu        sync.Mutex // guards the fields below
	serial    int
	apps      map[string]App
	tokens    tokens
	tickets   map[string][]string // by app, newest last
	onTicket  []func(appID, ticket string)
	calls     []RecordedCall
	onCall    []func(RecordedCall)
	faults    []*Fault
	messages  messages
	clicks    map[string]*click // by update token
	uploads   []*upload
	received  map[resourceKey]resource
	hooks     map[string]string // secret by hook id
	documents documents
	entities  []*entity // card entities, oldest first
}

// Option sets one property of a new Platform.
type Option func(*Platform)

// WithClock sets the clock that all time limits use. It must be safe for concurrent
// use. The default is time.Now.
func WithClock(now func() time.Time) Option { return func(p *Platform) { p.now = now } }

// WithApps registers apps.
func WithApps(apps ...App) Option {
	return func(p *Platform) {
		for _, a := range apps {
			p.apps[a.ID] = a
		}
	}
}

// WithTokenLife sets how long tokens are valid. The default is two hours, which is the
// maximum of the platform.
func WithTokenLife(d time.Duration) Option { return func(p *Platform) { p.tokenLife = d } }

// WithChatLimit sets how many messages a second one receiver can get; more are refused
// with 230020. The limit of the real platform is 5 ("im-v1/message/create"). Without this
// option there is no limit.
func WithChatLimit(n int) Option { return func(p *Platform) { p.chatLimit = n } }

// WithAnyHook accepts messages for every webhook, without a signature: those of
// custom bots that AddHook has not added, too.
func WithAnyHook() Option { return func(p *Platform) { p.anyHook = true } }

// New returns a platform without messages and faults, with the properties that opts set.
func New(opts ...Option) *Platform {
	p := &Platform{
		now:       time.Now,
		routes:    routes(),
		tokenLife: 2 * time.Hour,
		apps:      map[string]App{},
		tokens:    newTokens(),
		tickets:   map[string][]string{},
		messages:  newMessages(),
		clicks:    map[string]*click{},
		received:  map[resourceKey]resource{},
		hooks:     map[string]string{},
		documents: documents{},
	}
	for _, o := range opts {
		o(p)
	}
	return p
}

// nextID returns a new identifier. The caller holds p.mu.
func (p *Platform) nextID(prefix string) string {
	p.serial++
	return fmt.Sprintf("%s%032x", prefix, p.serial)
}

// nextLogID returns a log id in Lark's format: a time, then hexadecimal digits.
func (p *Platform) nextLogID() string {
	return fmt.Sprintf("%s%018X", p.now().UTC().Format("20060102150405"), p.logSerial.Add(1))
}
