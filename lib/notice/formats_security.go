package notice

import "github.com/larkbridge/larkbridge/lib/lark"

// securityFormats are those of findings, and of what somebody did. Security Hub,
// and calls that CloudTrail saw, have code of their own.
var securityFormats = []format{
	{ // docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings_eventbridge.html
		source: "aws.guardduty", detailType: "GuardDuty Finding", title: "GuardDuty", name: "title|type", reason: "description",
		rows: "Severity=!severity; Type=type; Resource=resource.resourceType; " + guardDutyResources + "; Finding account=accountId; Count=service.count; First seen=service.eventFirstSeen; Last seen=service.eventLastSeen",
		page: "/guardduty/home?region={^region}#/findings?macros=current&fId={id}", color: severityColor,
	},
	{ // docs.aws.amazon.com/guardduty/latest/ug/monitor-with-eventbridge-s3-malware-protection.html
		source: "aws.guardduty", detailType: "GuardDuty Malware Protection*", title: "Malware scan", state: "scanResultDetails.scanResultStatus|scanStatus", name: "s3ObjectDetails.objectKey|~resourceArn",
		rows: "Threat=scanResultDetails.threats.*.name; Bucket=s3ObjectDetails.bucketName; Object=s3ObjectDetails.objectKey; Resource=resourceArn; Scan=scanStatus; Reason=statusReasons.*.statusReason|statusReasons.*",
		page: "/guardduty/home?region={^region}#/malware-scans", color: malwareColor,
	},
	{ // docs.aws.amazon.com/inspector/latest/user/eventbridge-integration.html
		source: "aws.inspector2", detailType: "Inspector2 Finding", title: "Inspector", name: "title", reason: "description",
		rows: "Severity=!severity; Score=inspectorScore; Status=status; Resource=resources.*.id; Resource type=resources.*.type; Vulnerability=packageVulnerabilityDetails.vulnerabilityId; " +
			"Package=packageVulnerabilityDetails.vulnerablePackages.*.name; Fixed in=packageVulnerabilityDetails.vulnerablePackages.*.fixedInVersion; Remediation=remediation.recommendation.text; First seen=firstObservedAt",
		page: "/inspector/v2/home?region={^region}#/findings/all", color: severityColor,
	},
	{
		source: "aws.inspector2", detailType: "Inspector2 *", name: "~repository-name|~^resources.0", state: "scan-status",
		rows: "Critical=finding-severity-counts.CRITICAL; High=finding-severity-counts.HIGH; Medium=finding-severity-counts.MEDIUM; All=finding-severity-counts.TOTAL; Tag=image-tags.*; Reason=reason",
		page: "/inspector/v2/home?region={^region}#/findings/all", color: scanColor,
	},
	{ // docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-eventbridge.html
		source: "aws.access-analyzer", detailType: "Access Analyzer Finding", title: "Access Analyzer", state: "status", name: "~resource",
		reason: "error", rows: "Resource=resource; Type=resourceType; Public=isPublic; Allowed=action.*; To=principal.AWS|principal.Federated|principal.Service|principal.CanonicalUser; Status=status; Id=id",
		page: "/access-analyzer/home?region={^region}#/findings/details/{id}", color: accessColor,
	},
	{
		source: "aws.access-analyzer", detailType: "*", title: "Access Analyzer", state: "status", name: "~resource",
		rows: "Resource=resource; Type=resourceType; Finding type=findingType; Status=status; Id=id", page: "/access-analyzer/home?region={^region}#/findings", color: accessColor,
	},
	{ // docs.aws.amazon.com/macie/latest/user/findings-publish-event-schemas.html
		source: "aws.macie", detailType: "Macie Finding", title: "Macie", name: "title", reason: "description",
		rows: "Severity=!severity; Type=type; Bucket=resourcesAffected.s3Bucket.name; Object=resourcesAffected.s3Object.key; Count=count|classificationDetails.result.sizeClassified; Finding account=accountId",
		page: "/macie/home?region={^region}#findings?macros=current&itemId={id}", color: severityColor,
	},
	{ // docs.aws.amazon.com/config/latest/developerguide/monitor-config-with-cloudwatchevents.html
		source: "aws.config", detailType: "Config Rules Compliance Change", title: "Config", state: "newEvaluationResult.complianceType", name: "resourceId",
		reason: "newEvaluationResult.annotation", rows: configRows, page: configPage,
	},
	{ // docs.aws.amazon.com/config/latest/developerguide/example-config-rule-compliance-notification.html
		source: "aws.config", has: "messageType|configRuleName", title: "Config", state: "newEvaluationResult.complianceType", name: "resourceId",
		reason: "newEvaluationResult.annotation", rows: configRows, page: configPage,
	},
	{ // docs.aws.amazon.com/config/latest/developerguide/example-sns-notification.html
		source: "aws.config", has: "messageType|configurationItem", title: "Config", state: "configurationItem.configurationItemStatus", name: "configurationItem.resourceName|configurationItem.resourceId",
		rows: "Change=configurationItemDiff.changeType; Type=configurationItem.resourceType; Resource=configurationItem.ARN|configurationItem.resourceId; Captured=configurationItem.configurationItemCaptureTime",
		page: "/config/home?region={^region}#/resources/timeline?resourceId={configurationItem.resourceId}&resourceType={configurationItem.resourceType}", color: always(lark.Blue),
	},
	{
		source: "aws.config", detailType: "Config Configuration Item Change", title: "Config", state: "configurationItem.configurationItemStatus", name: "configurationItem.resourceName|configurationItem.resourceId",
		rows: "Change=configurationItemDiff.changeType; Type=configurationItem.resourceType; Resource=configurationItem.ARN|configurationItem.resourceId",
		page: "/config/home?region={^region}#/resources/timeline?resourceId={configurationItem.resourceId}&resourceType={configurationItem.resourceType}", color: always(lark.Blue),
	},
	{ // docs.aws.amazon.com/awssupport/latest/user/cloudwatch-events-ta.html
		source: "aws.trustedadvisor", detailType: "Trusted Advisor Check Item Refresh Notification", title: "Trusted Advisor", state: "status", name: "check-name",
		rows: "Item=!item; Status=status; Resource=resource_id", page: "/trustedadvisor/home",
	},
}

const (
	configRows = "Rule=configRuleName; Result=newEvaluationResult.complianceType; Before=oldEvaluationResult.complianceType; Resource=resourceId; Type=resourceType"
	configPage = "/config/home?region={^region}#/rules/details?configRuleName={configRuleName}"

	// guardDutyResources are the resources of a finding, of each type
	// (docs.aws.amazon.com/guardduty/latest/APIReference/API_Resource.html).
	guardDutyResources = "Instance=resource.instanceDetails.instanceId; User=resource.accessKeyDetails.userName|resource.lambdaDetails.role; Access key=resource.accessKeyDetails.accessKeyId; " +
		"Bucket=resource.s3BucketDetails.*.name; Object=resource.s3BucketDetails.*.s3ObjectDetails.*.key; Cluster=resource.eksClusterDetails.name|resource.ecsClusterDetails.name; " +
		"Namespace=resource.kubernetesDetails.kubernetesWorkloadDetails.namespace; Workload=resource.kubernetesDetails.kubernetesWorkloadDetails.name; " +
		"Kubernetes user=resource.kubernetesDetails.kubernetesUserDetails.username; Task=~resource.ecsClusterDetails.taskDetails.arn; " +
		"Container=resource.containerDetails.name|resource.ecsClusterDetails.taskDetails.containers.*.name|resource.kubernetesDetails.kubernetesWorkloadDetails.containers.*.name; Image=resource.containerDetails.image; " +
		"Function=resource.lambdaDetails.functionName; Database=resource.rdsDbInstanceDetails.dbInstanceIdentifier|resource.rdsLimitlessDbDetails.dbShardGroupIdentifier; " +
		"Database user=resource.rdsDbUserDetails.user; Volume=~resource.ebsVolumeDetails.scannedVolumeDetails.*.volumeArn; " +
		"Snapshot=~resource.ebsSnapshotDetails.snapshotArn; Image id=~resource.ec2ImageDetails.imageArn; Recovery point=~resource.recoveryPointDetails.recoveryPointArn"
)

// severityColor is that of a finding's severity: a word, or a number by
// GuardDuty's scale.
func severityColor(d document) lark.Color {
	_, color := severity(d)
	return color
}

func malwareColor(d document) lark.Color {
	switch d.value("scanResultDetails.scanResultStatus") {
	case "THREATS_FOUND":
		return lark.Red
	case "NO_THREATS_FOUND":
		return lark.Green
	case "UNSUPPORTED", "ACCESS_DENIED", "FAILED":
		return lark.Orange
	}
	return ""
}

// accessColor is red for what everybody can reach. A finding that is resolved
// or archived is over.
func accessColor(d document) lark.Color {
	switch {
	case d.value("status") == "RESOLVED", d.value("isDeleted") == "true":
		return lark.Green
	case d.value("status") == "ARCHIVED":
		return lark.Grey
	case d.value("isPublic") == "true", d.value("error") != "":
		return lark.Red
	}
	return lark.Orange
}
