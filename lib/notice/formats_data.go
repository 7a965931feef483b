package notice

import "github.com/larkbridge/larkbridge/lib/lark"

// dataFormats are those of databases, storage, backups and data pipelines.
var dataFormats = []format{
	{ // docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-cloud-watch-events.html
		source: "aws.rds", detailType: "RDS DB Cluster Event", title: "RDS cluster", name: "SourceIdentifier", reason: "Message",
		rows: "Category=EventCategories.*; Event=EventID; Source=SourceType; Date=Date", page: "/rds/home?region={^region}#database:id={SourceIdentifier};is-cluster=true", color: databaseColor,
	},
	{
		source: "aws.rds", detailType: "RDS DB Instance Event", title: "RDS", name: "SourceIdentifier", reason: "Message",
		rows: "Category=EventCategories.*; Event=EventID; Source=SourceType; Date=Date", page: "/rds/home?region={^region}#database:id={SourceIdentifier};is-cluster=false", color: databaseColor,
	},
	{ // snapshots, parameter groups, proxies, …
		source: "aws.rds", detailType: "RDS *", name: "SourceIdentifier", reason: "Message",
		rows: "Category=EventCategories.*; Event=EventID; Source=SourceType; Date=Date", color: databaseColor,
	},
	{ // Redshift, docs.aws.amazon.com/redshift/latest/mgmt/working-with-event-notifications.html
		source: "aws.redshift", has: "Event Source|Event Message|Resource", title: "Redshift", name: "Resource|Source ID", reason: "Event Message",
		rows: "Severity=Severity; Category=Category.*|Category; Source=Event Source; Event=~About this Event; Time=Event Time", vagueState: "Severity",
		page: "/redshiftv2/home?region={^region}#cluster-details?cluster={Resource}", link: "Identifier Link", color: databaseColor,
	},
	{ // DMS, docs.aws.amazon.com/dms/latest/userguide/CHAP_Events.html
		source: "aws.dms", has: "Event Source|Event Message|SourceId", title: "DMS", name: "SourceId", reason: "Event Message",
		rows: "Source=Event Source; Event=~Event ID; Time=Event Time", link: "Identifier Link", color: databaseColor,
	},
	{ // RDS and Aurora, docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html
		source: "aws.rds", has: "Event Source|Event Message", title: "RDS", name: "Source ID|SourceId", reason: "Event Message",
		rows: "Source=Event Source; Event=~Event ID; Time=Event Time; ARN=Source ARN", link: "Identifier Link", color: databaseColor,
	},
	{
		source: "aws.dms", detailType: "DMS *", name: "~^resources.0", reason: "detailMessage|message",
		rows: "Event=eventId; Type=eventType; Category=category; Resource=~^resources.0", color: databaseColor,
	},
	{
		source: "aws.redshift", detailType: "Redshift *", name: "SourceIdentifier|clusterIdentifier|~^resources.0", reason: "Message|message",
		rows: "Severity=Severity; Category=EventCategories.*; Event=EventID", color: databaseColor,
	},
	{ // docs.aws.amazon.com/redshift/latest/mgmt/data-api-monitoring-events.html
		source: "aws.redshift-data", detailType: "Redshift Data Statement Status Change", title: "Redshift statement", state: "state", name: "statementName|statementId",
		reason: "errorMessage", rows: "Principal=principal; Statement=statementId; Rows=rows",
		page: "/redshiftv2/home?region={^region}",
	},
	{ // docs.aws.amazon.com/AmazonElastiCache/latest/dg/ECEvents.SNS.html
		source: "aws.elasticache", detailType: "ElastiCache *", name: "SourceIdentifier|~^resources.0", reason: "Message|message", color: databaseColor,
		rows: "Category=EventCategories.*; Event=EventID",
	},
	{ // docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html
		source: "aws.backup", detailType: "Backup Job State Change", title: "Backup", state: "state", name: "~resourceArn",
		reason: "statusMessage", rows: "Resource=resourceArn; Type=resourceType; Vault=backupVaultName; Started=startBy|creationDate; Done=completionDate; Job=backupJobId",
		page: "/backup/home?region={^region}#/jobs/backup/details/{backupJobId}",
	},
	{
		source: "aws.backup", detailType: "Restore Job State Change", title: "Restore", state: "status|state", name: "~createdResourceArn|~recoveryPointArn",
		reason: "statusMessage", rows: "Type=resourceType; Recovery point=recoveryPointArn; Done=completionDate; Job=restoreJobId",
		page: "/backup/home?region={^region}#/jobs/restore/details/{restoreJobId}",
	},
	{
		source: "aws.backup", detailType: "Copy Job State Change", title: "Backup copy", state: "state", name: "~resourceArn",
		reason: "statusMessage", rows: "Resource=resourceArn; Type=resourceType; From=~sourceBackupVaultArn; To=~destinationBackupVaultArn; Job=copyJobId",
		page: "/backup/home?region={^region}#/jobs/copy/details/{copyJobId}",
	},
	{ // docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
		source: "aws.s3", detailType: "Object *", name: "object.key", rows: "Bucket=bucket.name; Key=object.key; Size=object.size; Reason=reason; By=requester; From=source-ip-address; Version=object.version-id",
		page: "/s3/object/{bucket.name}?region={^region}&prefix={object.key}", color: always(lark.Blue),
	},
	{ // docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
		source: "aws.s3", has: "Records.0.s3.bucket.name", title: "S3", name: "%Records.*.s3.object.key",
		rows: "Event=Records.*.eventName; Bucket=Records.0.s3.bucket.name; Key=%Records.*.s3.object.key; Size=Records.*.s3.object.size; By=Records.0.userIdentity.principalId; From=Records.0.requestParameters.sourceIPAddress",
		page: "/s3/object/{Records.0.s3.bucket.name}?region={^region}&prefix={%Records.0.s3.object.key}", color: always(lark.Blue),
	},
	{
		source: "aws.s3", has: "Service|Event|Bucket", title: "S3", name: "Bucket", rows: "Event=Event; Bucket=Bucket; Time=Time",
		page: "/s3/buckets/{Bucket}", color: always(lark.Blue),
	},
	{ // docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html
		source: "aws.glue", detailType: "Glue Job*", title: "Glue job", state: "state", name: "jobName", reason: "message",
		rows: "Severity=severity; Run=jobRunId", page: "/gluestudio/home?region={^region}#/job/{jobName}/run/{jobRunId}",
	},
	{
		source: "aws.glue", detailType: "Glue Crawler State Change", title: "Glue crawler", state: "state", name: "crawlerName",
		reason: "errorMessage|message", rows: "Tables created=tablesCreated; Tables updated=tablesUpdated; Tables deleted=tablesDeleted; Running (s)=runningTime (sec)",
		page: "/glue/home?region={^region}#/v2/data-catalog/crawlers/view/{crawlerName}",
	},
	{ // docs.aws.amazon.com/ses/latest/dg/notification-contents.html and event-publishing-retrieving-sns-contents.html
		source: "aws.ses", has: "mail.messageId", title: "SES", name: "bounce.bouncedRecipients.*.emailAddress|complaint.complainedRecipients.*.emailAddress|mail.destination.*",
		state: "notificationType|eventType", reason: "bounce.bouncedRecipients.*.diagnosticCode|reject.reason|failure.errorMessage|deliveryDelay.delayedRecipients.*.diagnosticCode",
		rows: "Type=bounce.bounceType|deliveryDelay.delayType|complaint.complaintFeedbackType; Subtype=bounce.bounceSubType|complaint.complaintSubType; To=mail.destination.*; From=mail.source; Status=bounce.bouncedRecipients.*.status; Subject=mail.commonHeaders.subject; Message=mail.messageId",
		page: "/ses/home?region={^region}#/suppressions", color: mailColor,
	},
}

// databaseColor is that of the categories and the severity by which RDS,
// Redshift, DMS and ElastiCache grade their events, or else of what the message
// says.
func databaseColor(d document) lark.Color {
	grade := lark.Color("")
	for _, category := range append(d.values("EventCategories.*|Category.*|Category|category"), d.value("Severity")) {
		switch category {
		case "low storage", "failover", "maintenance", "deletion", "read replica", "StateChange":
			grade = worst(grade, lark.Orange)
		default:
			grade = worst(grade, stateColor(category))
		}
	}
	if message := stateColor(d.value("Message|Event Message|message|detailMessage")); message != lark.Green || grade == "" {
		grade = worst(grade, message)
	}
	return grade
}

// mailColor is red for mail that never arrives.
func mailColor(d document) lark.Color {
	switch d.value("notificationType|eventType") {
	case "Bounce":
		if d.value("bounce.bounceType") == "Transient" {
			return lark.Orange
		}
		return lark.Red
	case "Complaint", "Reject", "Rendering Failure":
		return lark.Red
	case "DeliveryDelay":
		return lark.Orange
	case "Delivery":
		return lark.Green
	}
	return lark.Blue
}
