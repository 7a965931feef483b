package notice

import (
	"cmp"
	"strings"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// deliveryFormats are those of CodePipeline, CodeBuild, CodeDeploy, CodeCommit,
// ECR and CloudFormation.
var deliveryFormats = []format{
	{ // docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html
		source: "aws.codepipeline", detailType: "CodePipeline Pipeline Execution State Change", title: "Pipeline", state: "state", name: "pipeline",
		reason: "^additionalAttributes.failedActions.*.additionalInformation",
		rows: "Failed stage=^additionalAttributes.failedStage; Failed action=^additionalAttributes.failedActions.*.action; " +
			"Trigger=execution-trigger.trigger-type; Triggered by=execution-trigger.trigger-detail; Started=start-time; Execution=execution-id",
		page: "/codesuite/codepipeline/pipelines/{pipeline}/view?region={^region}", color: deliveryColor,
	},
	{
		source: "aws.codepipeline", detailType: "CodePipeline Stage Execution State Change", title: "Pipeline stage", state: "state", name: "pipeline",
		reason: "^additionalAttributes.failedActions.*.additionalInformation",
		rows:   "Stage=stage; State=state; Failed action=^additionalAttributes.failedActions.*.action; Started=start-time; Execution=execution-id",
		page:   "/codesuite/codepipeline/pipelines/{pipeline}/view?region={^region}", color: deliveryColor,
	},
	{
		source: "aws.codepipeline", detailType: "CodePipeline Action Execution State Change", title: "Pipeline action", state: "state", name: "pipeline",
		reason: "^additionalAttributes.customData; execution-result.external-execution-summary|^additionalAttributes.additionalInformation",
		rows: "Stage=stage; Action=action; Error=execution-result.error-code; Provider=type.provider; Category=type.category; To review=^additionalAttributes.externalEntityLink; " +
			"Result=execution-result.external-execution-url; Started=start-time; Execution=execution-id",
		page: "/codesuite/codepipeline/pipelines/{pipeline}/view?region={^region}", link: "^additionalAttributes.approvalReviewLink", button: "Review", color: actionColor,
	},
	{ // docs.aws.amazon.com/codepipeline/latest/userguide/approvals-json-format.html
		source: "aws.codepipeline", has: "approval.pipelineName", title: "Approval needed", name: "approval.pipelineName", reason: "approval.customData",
		rows: "Stage=approval.stageName; Action=approval.actionName; To review=approval.externalEntityLink; Expires=approval.expires",
		page: "/codesuite/codepipeline/pipelines/{approval.pipelineName}/view?region={^region}", link: "approval.approvalReviewLink|consoleLink", button: "Review", color: always(lark.Orange),
	},
	{ // docs.aws.amazon.com/codebuild/latest/userguide/sample-build-notifications.html
		source: "aws.codebuild", detailType: "CodeBuild Build State Change", title: "Build", state: "build-status", name: "project-name",
		reason: "!reason", rows: buildRows, page: buildPage, color: deliveryColor,
	},
	{
		source: "aws.codebuild", detailType: "CodeBuild Build Phase Change", title: "Build phase", state: "completed-phase-status", name: "project-name",
		reason: "completed-phase-context", rows: "Phase=completed-phase; Seconds=completed-phase-duration-seconds; " + buildRows, page: buildPage, color: deliveryColor,
	},
	{ // docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-cloudwatch-events.html
		source: "aws.codedeploy", detailType: "CodeDeploy Deployment State-change Notification", title: "Deployment", state: "state", name: "application",
		reason: "^additionalAttributes.errorInformation.ErrorMessage|errorInformation.ErrorMessage",
		rows:   "Group=deploymentGroup; State=state; Deployment=deploymentId; Instance group=instanceGroupId",
		page:   "/codesuite/codedeploy/deployments/{deploymentId}?region={^region}", color: deliveryColor,
	},
	{
		source: "aws.codedeploy", detailType: "CodeDeploy Instance State-change Notification", title: "Deployment to instance", state: "state", name: "application",
		rows: "Instance=~instanceId; Group=deploymentGroup; Deployment=deploymentId",
		page: "/codesuite/codedeploy/deployments/{deploymentId}?region={^region}", color: deliveryColor,
	},
	{ // docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-sns-event-notifications-json-format.html
		source: "aws.codedeploy", has: "deploymentId|applicationName", title: "Deployment", state: "status|instanceStatus", name: "applicationName",
		reason: "errorInformation.ErrorMessage|errorInformation",
		rows: "Group=deploymentGroupName; Deployment=deploymentId; Error=errorInformation.ErrorCode; Failed=deploymentOverview.Failed; Skipped=deploymentOverview.Skipped; " +
			"Succeeded=deploymentOverview.Succeeded; Rollback=rollbackInformation.RollbackMessage; Instance=~instanceId; Created=createTime; Completed=completeTime",
		page: "/codesuite/codedeploy/deployments/{deploymentId}?region={^region}", color: deliveryColor,
	},
	{ // docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html
		source: "aws.ecr", detailType: "ECR Image Action", title: "ECR image", state: "result", name: "repository-name",
		rows: "Action=action-type; Tag=image-tag; Digest=image-digest", page: "/ecr/repositories/private/{^account}/{repository-name}?region={^region}",
	},
	{
		source: "aws.ecr", detailType: "ECR Image Scan", title: "ECR scan", state: "scan-status", name: "repository-name",
		rows: "Critical=finding-severity-counts.CRITICAL; High=finding-severity-counts.HIGH; Medium=finding-severity-counts.MEDIUM; Tag=image-tags.*; Digest=image-digest",
		page: "/ecr/repositories/private/{^account}/{repository-name}?region={^region}", color: scanColor,
	},
	{ // docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/event-detail-stack-status-change.html
		source: "aws.cloudformation", detailType: "CloudFormation Stack Status Change", title: "Stack", state: "status-details.status", name: "~~stack-id",
		reason: "status-details.status-reason", rows: "Stack=stack-id; Request=client-request-token", page: stackPage, color: deliveryColor,
	},
	{
		source: "aws.cloudformation", detailType: "CloudFormation Resource Status Change", title: "Stack resource", state: "status-details.status", name: "~~stack-id",
		reason: "status-details.status-reason", rows: "Resource=logical-resource-id; Type=resource-type; Physical id=physical-resource-id", page: stackPage, color: deliveryColor,
	},
	{
		source: "aws.cloudformation", detailType: "CloudFormation Drift Detection Status Change", title: "Stack", state: "status-details.stack-drift-status|status-details.detection-status", name: "~~stack-id",
		reason: "status-details.status-reason", rows: "Drifted resources=drift-detection-details.drifted-stack-resource-count; Detection=status-details.detection-status",
		page: "/cloudformation/home?region={^region}#/stacks/drifts?stackId={stack-id}",
	},
	{
		source: "aws.cloudformation", detailType: "CloudFormation StackSet*", title: "Stack set", state: "status-details.detailed-status|status-details.status", name: "~~stack-set-arn",
		reason: "status-details.status-reason", rows: "Action=action; Operation=operation-id|stack-set-operation-id; Stack=~~stack-id", color: deliveryColor,
	},
	{ // docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-sns.html, after the lines are read
		source: "aws.cloudformation", has: "StackId|ResourceStatus", title: "Stack", state: "ResourceStatus", name: "StackName|~~StackId",
		reason: "ResourceStatusReason", rows: "Resource=LogicalResourceId; Type=ResourceType; Physical id=PhysicalResourceId; Request=ClientRequestToken",
		page: "/cloudformation/home?region={^region}#/stacks/stackinfo?stackId={StackId}", color: deliveryColor,
	},
}

const (
	stackPage = "/cloudformation/home?region={^region}#/stacks/stackinfo?stackId={stack-id}"
	buildPage = "/codesuite/codebuild/{^account}/projects/{project-name}/build/{=build-id}?region={^region}"
	buildRows = "Phase=!phase; Build=#additional-information.build-number; Started by=additional-information.initiator; " +
		"Source=additional-information.source-version; Started=additional-information.build-start-time"
)

// deliveryColor is that of a status as the developer tools and CloudFormation
// write it. A rollback has failed even when it is complete; what somebody
// stopped has not.
func deliveryColor(d document) lark.Color {
	status := strings.ToUpper(cmp.Or(d.value("state|status|instanceStatus|build-status|completed-phase-status"),
		d.value("status-details.detailed-status|status-details.status|ResourceStatus")))
	has := func(word string) bool { return strings.Contains(status, word) }
	switch {
	case has("FAIL"), has("FAULT"), has("ROLLBACK"), has("TIMED_OUT"), has("ERROR"):
		return lark.Red
	case has("STOP"), has("ABORT"), has("CANCEL"), has("ABANDONED"), has("SUPERSEDED"):
		return lark.Orange
	case has("SUCCE"), has("SUCCESS"), strings.HasSuffix(status, "COMPLETE"), strings.HasSuffix(status, "COMPLETED"):
		return lark.Green
	}
	return lark.Blue
}

// actionColor is orange for an action that waits for a person.
func actionColor(d document) lark.Color {
	if d.value("type.category") == "Approval" && d.value("state") == "STARTED" {
		return lark.Orange
	}
	return deliveryColor(d)
}

// scanColor is that of the worst vulnerability that a scan of an image found.
func scanColor(d document) lark.Color {
	found := func(severity string) bool {
		n := d.value("finding-severity-counts." + severity)
		return n != "" && n != "0"
	}
	switch {
	case found("CRITICAL"), found("HIGH"):
		return lark.Red
	case found("MEDIUM"):
		return lark.Orange
	}
	return ""
}

// failedPhase returns the phase in which a build is, or has failed, and why.
func failedPhase(d document) (phase, reason string) {
	for _, v := range find(d.detail, "additional-information.phases.*") {
		p := document{detail: v}
		status := p.value("phase-status")
		if status != "" && status != "SUCCEEDED" {
			return p.value("phase-type") + " " + status, strings.TrimLeft(strings.Join(p.values("phase-context.*"), "\n"), ": ")
		}
	}
	return d.value("current-phase"), ""
}
