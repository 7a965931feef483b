package notice

import "github.com/larkbridge/larkbridge/lib/lark"

// operationFormats are those of Systems Manager, CloudWatch's other parts,
// certificates, costs and DevOps Guru.
var operationFormats = []format{
	{ // docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-systems-manager-event-examples.html
		source: "aws.ssm", detailType: "EC2 Command *", title: "Run Command", state: "status", name: "document-name",
		rows: "Instance=instance-id; Command=command-id; Requested=requested-date-time; Expires=expire-after",
		page: "/systems-manager/run-command/{command-id}?region={^region}",
	},
	{ // docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-sns-examples.html
		source: "aws.ssm", has: "commandId|status", title: "Run Command", state: "status", name: "documentName",
		rows: "Instance=instanceId; Status=detailedStatus|status; Command=commandId; Requested=requestedDateTime; Time=eventTime",
		page: "/systems-manager/run-command/{commandId}?region={^region}",
	},
	{
		source: "aws.ssm", detailType: "EC2 State Manager *", title: "State Manager", state: "status", name: "document-name|~^resources.0",
		reason: "detailed-status", rows: "Association=association-id; Name=association-name; Instance=instance-id; Version=document-version",
		page: "/systems-manager/state-manager/{association-id}/description?region={^region}",
	},
	{
		source: "aws.ssm", detailType: "EC2 Automation *", title: "Automation", state: "Status|status", name: "Definition|definition",
		rows: "Step=StepName|stepName; Started=StartTime; Ended=EndTime; Execution=ExecutionId|executionId",
		page: "/systems-manager/automation/execution/{ExecutionId|executionId}?region={^region}",
	},
	{
		source: "aws.ssm", detailType: "Maintenance Window *", title: "Maintenance window", state: "status", name: "window-id",
		reason: "status-details", rows: "Execution=window-execution-id; Task=window-task-id; Started=start-time; Ended=end-time",
		page: "/systems-manager/maintenance-windows/{window-id}?region={^region}",
	},
	{
		source: "aws.ssm", detailType: "OpsItem *", title: "OpsItem", state: "status", name: "title|ops-item-id",
		reason: "description", rows: "Severity=severity; Source=source; Id=ops-item-id", page: "/systems-manager/opsitems/{ops-item-id}?region={^region}",
	},
	{ // docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Synthetics_Canaries_eventbridge.html
		source: "aws.synthetics", detailType: "Synthetics Canary *", title: "Canary", state: "test-run-status|current-state", name: "canary-name",
		reason: "state-reason|message", rows: "Run=canary-run-id; Before=previous-state; Started=@canary-run-timeline.started; Completed=@canary-run-timeline.completed; Artifacts=artifact-location",
		page: "/cloudwatch/home?region={^region}#synthetics:canary/detail/{canary-name}",
	},
	{ // docs.aws.amazon.com/acm/latest/userguide/supported-events.html
		source: "aws.acm", detailType: "ACM Certificate *", name: "CommonName|DomainName",
		reason: "Action|RenewalStatusReason", rows: "Days left=DaysToExpiry; Type=CertificateType; Renewal=RenewalStatus; Created=CertificateCreatedDate; Expires=CertificateExpirationDate; In use=InUse",
		page: "/acm/home?region={^region}#/certificates/{~^resources.0}", color: certificateColor,
	},
	{ // docs.aws.amazon.com/cost-management/latest/userguide/cad-eventbridge.html
		source: "aws.ce", detailType: "Anomaly Detected", title: "Cost anomaly", name: "dimensionValue|monitorName", rows: anomalyRows,
		page: "/cost-management/home#/anomaly-detection", link: "anomalyDetailsLink", color: always(lark.Orange),
	},
	{ // docs.aws.amazon.com/cost-management/latest/userguide/ad-SNS.html
		source: "aws.ce", has: "anomalyId|impact", title: "Cost anomaly", name: "dimensionalValue|dimensionValue|monitorName", rows: anomalyRows,
		page: "/cost-management/home#/anomaly-detection", link: "anomalyDetailsLink", color: always(lark.Orange),
	},
	{ // docs.aws.amazon.com/devops-guru/latest/userguide/working-with-eventbridge.html
		source: "aws.devops-guru", detailType: "DevOps Guru *", name: "insightName|insightDescription", reason: "insightDescription",
		rows: guruRows, link: "insightUrl", color: guruColor,
	},
	{ // docs.aws.amazon.com/devops-guru/latest/userguide/sns-notifications.html
		source: "aws.devops-guru", has: "insightId|messageType", title: "DevOps Guru", name: "insightName|insightDescription", reason: "insightDescription",
		rows: guruRows, link: "insightUrl", color: guruColor,
	},
}

const (
	anomalyRows = "Impact=impact.totalImpact; In percent=impact.totalImpactPercentage; Spent=impact.totalActualSpend; Expected=impact.totalExpectedSpend; Service=rootCauses.*.service; " +
		"Usage=rootCauses.*.usageType; Region=rootCauses.*.region; Account=rootCauses.*.linkedAccountName|accountName; Monitor=monitorName; Start=anomalyStartDate; End=anomalyEndDate"
	guruRows = "Message=messageType; Severity=insightSeverity; Type=insightType; Started=startTimeISO|@startTime; Ended=endTimeISO|@endTime; Resources=resourceCollection.cloudFormation.stackNames.*; " +
		"Metrics=anomalies.*.sourceDetails.*.dataIdentifiers.name|anomalies.*.sourceDetails.*.dataIdentifiers.namespace; Recommendation=recommendation.name"
)

// certificateColor is green for a certificate that is there, and orange for one
// that needs somebody before it ends.
func certificateColor(d document) lark.Color {
	switch d.kind {
	case "ACM Certificate Available":
		return lark.Green
	case "ACM Certificate Expired", "ACM Certificate Revoked":
		return lark.Red
	}
	return lark.Orange
}

// guruColor is that of the severity while an insight is open.
func guruColor(d document) lark.Color {
	if d.value("messageType") == "CLOSED_INSIGHT" || d.kind == "DevOps Guru Insight Closed" {
		return lark.Green
	}
	switch d.value("insightSeverity") {
	case "high":
		return lark.Red
	case "medium":
		return lark.Orange
	}
	return lark.Blue
}
