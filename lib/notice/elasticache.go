package notice

import (
	"cmp"
	"strings"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// elastiCache returns the card for a notification of ElastiCache, in which the name of
// the event is a key and the cluster its value
// (docs.aws.amazon.com/AmazonElastiCache/latest/dg/ECEvents.SNS.html). It
// reports whether the document is one.
func elastiCache(d document) (lark.Card, bool) {
	o, ok := d.detail.(*object)
	if !ok {
		return lark.Card{}, false
	}
	for _, name := range o.names {
		event, ok := strings.CutPrefix(name, "ElastiCache:")
		if !ok {
			continue
		}
		cluster, _ := plain(o.values[name])
		color := stateColor(event)
		if strings.Contains(event, "Replacement") || strings.Contains(event, "Failover") {
			color = lark.Orange
		}
		d.Source = "aws.elasticache"
		return fit(d.event.card(title("ElastiCache", event, cluster), cmp.Or(color, lark.Blue), d.home(""), plainFields(d.leaves, ""))), true
	}
	return lark.Card{}, false
}
