package notice

import (
	"net/url"
	"strings"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// health returns the card for an AWS Health event
// (docs.aws.amazon.com/health/latest/ug/aws-health-events-eventbridge-schema.html).
func health(ev document) lark.Card {
	var d struct {
		EventArn, Service, EventTypeCode, EventTypeCategory string
		StatusCode, EventRegion, StartTime, EndTime         string
		AffectedAccount                                     string
		EventDescription                                    []struct{ LatestDescription string }
		AffectedEntities                                    []struct{ EntityValue string }
	}
	decode(ev.Detail, &d)
	description := ""
	if len(d.EventDescription) > 0 {
		// Its line ends are often written as two characters.
		description = strings.ReplaceAll(d.EventDescription[0].LatestDescription, `\n`, "\n")
	}
	var entities []string
	for _, e := range d.AffectedEntities {
		entities = append(entities, e.EntityValue)
	}
	page := ""
	// This is the link in AWS's own mail. Other partitions have other dashboards.
	if arnField(d.EventArn, 1) == "aws" && len(d.EventArn) < maxURL {
		arn := url.URL{Path: d.EventArn}
		page = "https://health.aws.amazon.com/health/home?region=us-east-1#/event-log?eventID=" + arn.EscapedPath()
	}
	about := join(" ", d.Service, healthCategory(d.EventTypeCategory))
	return ev.card(title("AWS Health", "", about), healthColor(d.EventTypeCategory, d.StatusCode), page,
		text(description),
		fields("Event", d.EventTypeCode, "Status", d.StatusCode, "Affected region", d.EventRegion,
			"Affected account", d.AffectedAccount, "Start", d.StartTime, "End", d.EndTime),
		listed("Affected resources", entities))
}

func healthCategory(category string) string {
	switch category {
	case "accountNotification":
		return "notification"
	case "scheduledChange":
		return "scheduled change"
	}
	return category
}

func healthColor(category, status string) lark.Color {
	switch {
	case status == "closed":
		return lark.Green
	case category == "issue":
		return lark.Red
	case category == "scheduledChange", category == "investigation":
		return lark.Orange
	}
	return lark.Blue
}
