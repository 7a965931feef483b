package notice

import (
	"cmp"
	"strings"
)

// readEvent reads an EventBridge event.
func readEvent(ev event, doc []byte) document {
	d := document{event: ev, kind: ev.kind(), envelope: readValue(doc), detail: readValue(ev.Detail)}
	d.leaves = leaves(d.detail)
	return d
}

// readDocument reads a document of a source that has no envelope. It takes the account,
// the region and the time from the values in the document.
func readDocument(source string, doc []byte) document {
	d := document{detail: readValue(doc)}
	d.Source, d.kind = source, source
	d.leaves = leaves(d.detail)
	arn := d.arn()
	d.Account = cmp.Or(d.byName("accountid", "awsaccountid", "sendingaccountid", "account"), arnField(arn, 4))
	d.Region = cmp.Or(d.region(), arnField(arn, 3))
	d.Time = d.byName("time", "timestamp", "eventtime", "notificationcreationtime", "endtime", "completetime", "starttimeiso")
	d.envelope = &object{names: []string{"region", "account"}, values: map[string]any{"region": d.Region, "account": d.Account}}
	return d
}

// byName returns the value with one of the given names, the least nested one of several.
func (d document) byName(names ...string) string {
	best, depth := "", 0
	for _, l := range d.leaves {
		for _, name := range names {
			if squeeze(l.name()) == name && (best == "" || len(l.path) < depth) {
				best, depth = l.value, len(l.path)
			}
		}
	}
	return best
}

// region returns the region in the document, "" if there is none.
func (d document) region() string {
	if region := d.byName("awsregion", "region"); consoleHost(region) != "" {
		return region
	}
	return ""
}

// arn returns the first ARN in the document that has a region, or else the first ARN.
func (d document) arn() string {
	found := ""
	for _, l := range d.leaves {
		if !strings.HasPrefix(l.value, "arn:") || strings.ContainsAny(l.value, " \n") {
			continue
		}
		if arnField(l.value, 3) != "" {
			return l.value
		}
		found = cmp.Or(found, l.value)
	}
	return found
}
