package larktest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

func sampleApp() *lark.App {
	return &lark.App{
		AppID:              "cli_mine",
		EncryptKeys:        []lark.EncryptKey{lark.NewEncryptKey("key")},
		VerificationTokens: []lark.Secret{"token"},
	}
}

// Every event and callback of the samples is accepted by the app that it is made for,
// and by no other.
func TestDeliveryIsAccepted(t *testing.T) {
	for _, eventType := range larktest.SampleTypes() {
		sample, _ := larktest.FindSample(eventType)
		now := time.Now()
		if _, err := sampleApp().Receive(sample.Delivery(sampleApp(), now), now); err != nil {
			t.Errorf("%s: got %v, want no error", eventType, err)
		}
		other := sampleApp()
		other.EncryptKeys, other.VerificationTokens = []lark.EncryptKey{lark.NewEncryptKey("other")}, []lark.Secret{"other"}
		if _, err := other.Receive(sample.Delivery(sampleApp(), now), now); err == nil {
			t.Errorf("%s: got no error from another app, want one", eventType)
		}
	}
}

// A delivery of a sample is what Lark would post: here an app receives it.
func ExampleSample_Delivery() {
	app := sampleApp()
	sample, _ := larktest.FindSample(lark.TypeMessageReceive)
	callback, err := app.Receive(sample.Delivery(app, time.Now()), time.Now())
	fmt.Println(callback.Event.Type, err)
	// Output: im.message.receive_v1 <nil>
}
