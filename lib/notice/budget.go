package notice

import (
	"cmp"
	"encoding/json"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// budgetCall is the card for a change of a budget. AWS Budgets is on
// EventBridge only by way of CloudTrail
// (docs.aws.amazon.com/eventbridge/latest/ref/events-ref-budgets.html); that a
// budget is exceeded it tells by SNS, in plain text.
func budgetCall(ev event) lark.Card {
	var d struct {
		EventName, ErrorCode, ErrorMessage, SourceIPAddress string
		UserIdentity                                        struct{ Arn, Type string }
		RequestParameters                                   struct {
			BudgetName        string
			Budget, NewBudget struct{ BudgetName string }
		}
	}
	decode(ev.Detail, &d)
	p := d.RequestParameters
	color := lark.Blue
	if d.ErrorCode != "" {
		color = lark.Orange
	}
	return ev.card(title("Budget", "", d.EventName), color, console(ev.Region, "/billing/home#/budgets"),
		text(join(": ", d.ErrorCode, d.ErrorMessage)),
		fields("Budget", cmp.Or(p.BudgetName, p.Budget.BudgetName, p.NewBudget.BudgetName),
			"By", cmp.Or(d.UserIdentity.Arn, d.UserIdentity.Type), "From", d.SourceIPAddress))
}

// costAnomaly is the card for an event of Cost Anomaly Detection
// (docs.aws.amazon.com/cost-management/latest/userguide/cad-eventbridge.html).
// Its sums have no currency.
func costAnomaly(ev event) lark.Card {
	var d struct {
		AccountName, DimensionValue, MonitorName string
		AnomalyStartDate, AnomalyEndDate         string
		AnomalyDetailsLink                       string
		Impact                                   struct {
			TotalImpact, TotalImpactPercentage, TotalActualSpend, TotalExpectedSpend json.Number
		}
		RootCauses []struct{ Service, Region, UsageType, LinkedAccountName string }
	}
	decode(ev.Detail, &d)
	var causes []string
	for _, c := range d.RootCauses {
		causes = append(causes, join(" · ", c.Service, c.UsageType, c.Region, c.LinkedAccountName))
	}
	percent := d.Impact.TotalImpactPercentage
	if percent != "" {
		percent += " %"
	}
	return ev.card(title("Cost anomaly", "", d.DimensionValue), lark.Orange, consolePage(d.AnomalyDetailsLink),
		fields("Impact", join(", ", string(d.Impact.TotalImpact), string(percent)), "Spent", string(d.Impact.TotalActualSpend),
			"Expected", string(d.Impact.TotalExpectedSpend), "Monitor", d.MonitorName, "Account", d.AccountName,
			"Start", d.AnomalyStartDate, "End", d.AnomalyEndDate),
		listed("Root causes", causes))
}
