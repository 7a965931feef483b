package main

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/larkbridge/larkbridge/internal/local"
	"github.com/larkbridge/larkbridge/internal/operate"
	"github.com/larkbridge/larkbridge/lib/gateway"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/wire"
)

// printRealApp prints which app of which domain runs, and what to paste into its console.
func (p program) printRealApp(url string, app *lark.App) {
	fmt.Fprintf(p.out, `larkbridge is running on %s as app %s of %s: what is sent arrives.

To get events, make the port public with a tunnel of your choice and paste its
URL into %s/app/%s, under Events & Callbacks:

  events     https://<your tunnel>/event
  callbacks  https://<your tunnel>/card

`, url, app.AppID, app.BaseURL, app.BaseURL, app.AppID)
}

// checkRealApp asks Lark about the app and prints what is missing.
func (p program) checkRealApp(ctx context.Context, app *lark.App) {
	about := operate.CheckApp(ctx, wire.LarkHTTP(), app, "LARK_DOMAIN", p.now)
	if ctx.Err() != nil {
		return
	}
	for _, f := range about.Findings {
		if f.Status != operate.OK {
			f.Write(p.out)
		}
	}
}

// noticeChallenge returns show, which also says once that Lark has checked a Request URL.
func (p program) noticeChallenge(show func(local.Step)) func(local.Step) {
	var once sync.Once
	return func(s local.Step) {
		show(s)
		if s.Kind == local.StepReply && !s.Failed && strings.HasSuffix(s.Subject, " "+string(gateway.Challenge)) {
			once.Do(func() {
				fmt.Fprintln(p.out, "\nLark has checked a Request URL, and the answer was right. Add the event im.message.receive_v1 and publish a version.")
			})
		}
	}
}
