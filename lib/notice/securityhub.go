package notice

import (
	"cmp"
	"net/url"
	"strconv"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// securityHub returns the card for findings, of which an event has one, and a custom
// action several
// (docs.aws.amazon.com/securityhub/latest/userguide/securityhub-cwe-event-formats.html).
func securityHub(d document) lark.Card {
	var findings []document
	for _, v := range find(d.detail, "findings.*") {
		f := document{event: d.event, kind: d.kind, detail: v}
		findings = append(findings, f)
	}
	page := console(d.Region, "/securityhub/home?region="+d.Region+"#/findings")
	if len(findings) != 1 {
		return d.event.card(title("Security Hub", "", cmp.Or(d.value("insightName"), plural(len(findings), "finding"))), worstFinding(findings), page,
			text(d.value("actionDescription")), fields("Action", d.value("actionName")), listed("Findings", findingTitles(findings)))
	}
	f := findings[0]
	if id := f.value("Id"); id != "" {
		page = cmp.Or(console(d.Region, "/securityhub/home?region="+d.Region+"#/findings?search=Id%3D"+url.QueryEscape(url.QueryEscape(`\operator\:EQUALS\:`+id))), page)
	}
	return d.event.card(title("Security Hub", f.value("Severity.Label"), f.value("Title")), worstFinding(findings), page,
		text(f.value("Description")),
		f.rows("Severity=Severity.Label; Resource=Resources.*.Id; Type=Resources.*.Type; Compliance=Compliance.Status; Control=Compliance.SecurityControlId; Workflow=Workflow.Status; Record=RecordState; "+
			"Product=ProductName; Finding account=AwsAccountId; To do=Remediation.Recommendation.Text; First seen=FirstObservedAt; Last seen=LastObservedAt; Action=^detail.actionName"))
}

// worstFinding returns the color of the worst of several findings. A finding that is
// resolved, suppressed or archived needs no attention.
func worstFinding(findings []document) lark.Color {
	var colors []lark.Color
	for _, f := range findings {
		color := lark.Blue
		switch f.value("Severity.Label|Severity.Normalized") {
		case "CRITICAL", "HIGH":
			color = lark.Red
		case "MEDIUM":
			color = lark.Orange
		}
		switch {
		case f.value("Workflow.Status") == "RESOLVED", f.value("Compliance.Status") == "PASSED":
			color = lark.Green
		case f.value("Workflow.Status") == "SUPPRESSED", f.value("RecordState") == "ARCHIVED":
			color = lark.Grey
		}
		colors = append(colors, color)
	}
	return cmp.Or(worst(colors...), lark.Blue)
}

func findingTitles(findings []document) (titles []string) {
	for _, f := range findings {
		titles = append(titles, join(": ", f.value("Severity.Label"), f.value("Title"), f.value("Resources.0.Id")))
	}
	return titles
}

// plural counts things: "1 finding", "2 findings".
func plural(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return strconv.Itoa(n) + " " + thing
}
