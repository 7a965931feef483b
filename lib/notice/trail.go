package notice

import (
	"cmp"
	"strings"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// trail returns the card for a call, a sign-in or another event of CloudTrail: what was
// done, by whom, and from where
// (docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html).
func trail(d document) lark.Card {
	identity := d.value("userIdentity.arn|userIdentity.userName|userIdentity.invokedBy|userIdentity.principalId|userIdentity.type")
	root := d.value("userIdentity.type") == "Root"
	name := d.value("eventName")
	parameters := d.requested()
	failure := join(": ", d.value("errorCode"), d.value("errorMessage"))
	signIn := d.value("responseElements.ConsoleLogin")
	heading := join(": ", name, first(parameters).value)
	if root || signIn != "" {
		heading = join(" by ", name, d.person())
	}
	color := lark.Blue
	switch {
	case signIn == "Failure", root:
		color = lark.Red
	case failure != "", signIn == "Success" && d.value("additionalEventData.MFAUsed") == "No":
		color = lark.Orange
	}
	page := console(d.Region, "/cloudtrailv2/home?region="+d.Region+"#/events")
	return d.event.card(cmp.Or(heading, d.kind), color, cmp.Or(d.page("/cloudtrailv2/home?region={^region}#/events/{eventID}"), page),
		text(failure),
		fields("Call", name, "By", identity),
		d.rows("Identity=userIdentity.type; From=sourceIPAddress; Service=eventSource; Result=responseElements.ConsoleLogin; MFA used=additionalEventData.MFAUsed; "+
			"Role=userIdentity.sessionContext.sessionIssuer.userName; Agent=userAgent; Time=eventTime"),
		plainFields(parameters, ""))
}

// person returns a short name of the user who did it, "root" for the account itself.
func (d document) person() string {
	if d.value("userIdentity.type") == "Root" {
		return "root"
	}
	return d.value("userIdentity.userName|~userIdentity.arn|userIdentity.type")
}

// requested returns the parameters of the call: first the names, ids and ARNs among them,
// then the others.
func (d document) requested() []leaf {
	var names, others []leaf
	for _, l := range leaves(first(find(d.detail, "requestParameters"))) {
		if name := squeeze(l.name()); name == "accountid" || secretParameter(name) {
			continue
		}
		if name := strings.ToLower(l.name()); strings.HasSuffix(name, "name") || strings.HasSuffix(name, "id") || strings.HasSuffix(name, "arn") {
			names = append(names, l)
		} else {
			others = append(others, l)
		}
	}
	return append(names, others...)
}

// secretParameter reports whether the value of a parameter is a secret. CloudTrail itself
// leaves out those that it knows.
func secretParameter(name string) bool {
	for _, fragment := range []string{"password", "secretstring", "token", "credential", "privatekey"} {
		if strings.Contains(name, fragment) {
			return true
		}
	}
	return false
}
