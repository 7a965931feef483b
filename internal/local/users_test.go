package local

import (
	"strings"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

func TestReplyThatLarkRefuses(t *testing.T) {
	var steps []Step
	server := &Server{now: time.Now, show: func(s Step) { steps = append(steps, s) }}
	platform := larktest.New()
	token := platform.Click("om_1", "ou_1")
	u := &users{server: server, platform: platform, clicks: map[lark.Secret]string{lark.Secret(token): "om_1"}}
	u.deliverReply("c-of-nobody-here", "e1", []byte("no"))
	if len(steps) != 0 {
		t.Errorf("shown: %+v", steps)
	}
	u.deliverReply(lark.Secret(token), "e1", []byte("no"))
	if len(steps) != 1 || !steps[0].Failed || steps[0].Group != "e1" || !strings.Contains(steps[0].Note, "200672") || strings.Contains(steps[0].Note, token) {
		t.Errorf("shown: %+v", steps)
	}
}
