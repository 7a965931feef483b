package notice

import (
	"encoding/json"
	"net/url"
	"strings"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// codePipeline is the card for a pipeline's execution
// (docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html).
func codePipeline(ev event) lark.Card {
	var d struct {
		Pipeline, State, Version string
		ExecutionID              string `json:"execution-id"`
		StartTime                string `json:"start-time"`
		Trigger                  struct {
			Type   string `json:"trigger-type"`
			Detail string `json:"trigger-detail"`
		} `json:"execution-trigger"`
	}
	decode(ev.Detail, &d)
	var more struct {
		FailedStage   string
		FailedActions []struct{ Action, AdditionalInformation string }
	}
	decode(ev.AdditionalAttributes, &more)
	var failed []string
	for _, a := range more.FailedActions {
		failed = append(failed, join(": ", a.Action, a.AdditionalInformation))
	}
	page := ""
	if d.Pipeline != "" {
		page = console(ev.Region, "/codesuite/codepipeline/pipelines/"+url.PathEscape(d.Pipeline)+"/view?region="+ev.Region)
	}
	return ev.card(title("Pipeline", d.State, d.Pipeline), statusColor(d.State), page,
		text(list(failed)),
		fields("Failed stage", more.FailedStage, "Trigger", d.Trigger.Type, "Triggered by", d.Trigger.Detail,
			"Started", d.StartTime, "Execution", d.ExecutionID))
}

// codeBuild is the card for a build
// (docs.aws.amazon.com/codebuild/latest/userguide/sample-build-notifications.html).
func codeBuild(ev event) lark.Card {
	var d struct {
		Status string `json:"build-status"`
		Name   string `json:"project-name"`
		Phase  string `json:"current-phase"`
		More   struct {
			Number        json.Number `json:"build-number"`
			Start         string      `json:"build-start-time"`
			Initiator     string
			SourceVersion string `json:"source-version"`
			Logs          struct {
				DeepLink string `json:"deep-link"`
			}
			Phases []struct {
				Type    string   `json:"phase-type"`
				Status  string   `json:"phase-status"`
				Context []string `json:"phase-context"`
			}
		} `json:"additional-information"`
	}
	decode(ev.Detail, &d)
	phase, reason := d.Phase, ""
	for _, p := range d.More.Phases {
		if p.Status != "" && p.Status != "SUCCEEDED" {
			phase, reason = p.Type+" "+p.Status, strings.TrimLeft(strings.Join(p.Context, "\n"), ": ")
			break
		}
	}
	number, _ := strings.CutSuffix(string(d.More.Number), ".0")
	return ev.card(title("Build", d.Status, d.Name), statusColor(d.Status), consolePage(d.More.Logs.DeepLink),
		text(reason),
		fields("Phase", phase, "Build", number, "Started by", d.More.Initiator, "Source", d.More.SourceVersion,
			"Started", d.More.Start))
}

// cloudFormation is the card for a stack's status
// (docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/event-detail-stack-status-change.html).
func cloudFormation(ev event) lark.Card {
	var d struct {
		StackID string `json:"stack-id"`
		Details struct {
			Status string
			Reason string `json:"status-reason"`
		} `json:"status-details"`
		Token string `json:"client-request-token"`
	}
	decode(ev.Detail, &d)
	name, page := "", ""
	if resource := strings.Split(arnField(d.StackID, 5), "/"); len(resource) > 1 { // stack/name/id
		name = resource[1]
		page = console(ev.Region, "/cloudformation/home?region="+ev.Region+"#/stacks/stackinfo?stackId="+url.QueryEscape(d.StackID))
	}
	return ev.card(title("Stack", d.Details.Status, name), statusColor(d.Details.Status), page,
		text(d.Details.Reason),
		fields("Stack", d.StackID, "Request", d.Token))
}
