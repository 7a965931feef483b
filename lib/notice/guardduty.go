package notice

import (
	"cmp"
	"encoding/json"
	"net/url"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// guardDuty is the card for a finding
// (docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings_eventbridge.html).
func guardDuty(ev event) lark.Card {
	var d struct {
		ID                               string `json:"id"`
		Title, Description, Type, Region string
		AccountID                        string `json:"accountId"`
		Severity                         json.Number
		Resource                         struct {
			ResourceType     string
			InstanceDetails  struct{ InstanceID string }
			AccessKeyDetails struct{ UserName string }
			S3BucketDetails  []struct{ Name string }
		}
		Service struct {
			Count                         json.Number
			EventFirstSeen, EventLastSeen string
		}
	}
	decode(ev.Detail, &d)
	name, color := severity(d.Severity)
	page := ""
	if d.ID != "" {
		page = console(ev.Region, "/guardduty/home?region="+ev.Region+"#/findings?macros=current&fId="+url.QueryEscape(d.ID))
	}
	bucket := ""
	if len(d.Resource.S3BucketDetails) > 0 {
		bucket = d.Resource.S3BucketDetails[0].Name
	}
	return ev.card(title("GuardDuty", "", cmp.Or(d.Title, d.Type)), color, page,
		text(d.Description),
		fields("Severity", join(", ", name, string(d.Severity)), "Type", d.Type, "Finding account", d.AccountID,
			"Resource", join(" ", d.Resource.ResourceType, d.Resource.InstanceDetails.InstanceID, d.Resource.AccessKeyDetails.UserName, bucket),
			"First seen", d.Service.EventFirstSeen, "Last seen", d.Service.EventLastSeen, "Count", string(d.Service.Count)))
}

// severity names a finding's severity
// (docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings-severity.html).
func severity(n json.Number) (string, lark.Color) {
	switch f, err := n.Float64(); {
	case err != nil:
		return "", lark.Orange
	case f >= 9:
		return "critical", lark.Red
	case f >= 7:
		return "high", lark.Red
	case f >= 4:
		return "medium", lark.Orange
	}
	return "low", lark.Blue
}
