package notice

import (
	"slices"
	"strings"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// computeFormats are those of EC2, Auto Scaling, ECS, Batch, Lambda and Step
// Functions.
var computeFormats = []format{
	{ // docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-event-reference.html
		source: "aws.autoscaling", detailType: "EC2 Instance*", name: "AutoScalingGroupName",
		reason: "StatusMessage; Cause|Description", rows: "Instance=EC2InstanceId; Status=StatusCode; Zone=Details.Availability Zone; Lifecycle hook=LifecycleHookName; Transition=LifecycleTransition; Activity=ActivityId",
		page: "/ec2/home?region={^region}#AutoScalingGroupDetails:id={AutoScalingGroupName}", color: detailTypeColor,
	},
	{ // docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-sns-notifications.html
		source: "aws.autoscaling", has: "AutoScalingGroupName|Event", title: "Auto Scaling", name: "AutoScalingGroupName", vagueState: "Event",
		reason: "StatusMessage; Cause|Description", rows: "Event=Event; Instance=EC2InstanceId; Status=StatusCode; Zone=Details.Availability Zone; Activity=ActivityId",
		page: "/ec2/home?region={^region}#AutoScalingGroupDetails:id={AutoScalingGroupName}", color: autoScalingColor,
	},
	{ // docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-instance-state-changes.html
		source: "aws.ec2", detailType: "EC2 Instance State-change Notification", title: "EC2 instance", state: "state", name: "instance-id",
		rows: "Instance=instance-id; State=state", page: "/ec2/home?region={^region}#InstanceDetails:instanceId={instance-id}", color: instanceColor,
	},
	{ // docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html
		source: "aws.ec2", detailType: "EC2 Spot Instance Interruption Warning", name: "instance-id",
		rows: "Instance=instance-id; Action=instance-action", page: "/ec2/home?region={^region}#InstanceDetails:instanceId={instance-id}", color: always(lark.Orange),
	},
	{
		source: "aws.ec2", detailType: "EC2 Instance Rebalance Recommendation", name: "instance-id",
		rows: "Instance=instance-id", page: "/ec2/home?region={^region}#InstanceDetails:instanceId={instance-id}", color: always(lark.Orange),
	},
	{ // docs.aws.amazon.com/ebs/latest/userguide/ebs-cloud-watch-events.html
		source: "aws.ec2", detailType: "EBS Snapshot Notification", title: "EBS snapshot", state: "result", name: "~snapshot_id",
		reason: "cause", rows: "Event=event; Snapshot=~snapshot_id; From=~source; Started=startTime; Ended=endTime",
		page: "/ec2/home?region={^region}#SnapshotDetails:snapshotId={~snapshot_id}",
	},
	{
		source: "aws.ec2", detailType: "EBS Volume Notification", title: "EBS volume", state: "result", name: "~^resources.0",
		reason: "cause", rows: "Event=event; Volume=~^resources.0", page: "/ec2/home?region={^region}#VolumeDetails:volumeId={~^resources.0}",
	},
	{
		source: "aws.ec2", detailType: "EBS Multi-Volume Snapshots Completion Status", title: "EBS snapshots", state: "result",
		reason: "cause", rows: "Event=event; Snapshots=~snapshots.*.snapshot_id",
		page: "/ec2/home?region={^region}#Snapshots:",
	},
	{ // docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_deployment_events.html
		source: "aws.ecs", detailType: "ECS Deployment State Change", title: "ECS deployment", name: "~^resources.0", vagueState: "eventType",
		reason: "reason", rows: "Event=eventName; Cluster=~~^resources.0; Deployment=deploymentId; Updated=updatedAt",
		page: "/ecs/v2/clusters/{~~^resources.0}/services/{~^resources.0}/deployments?region={^region}", color: ecsEventColor,
	},
	{ // docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_events.html
		source: "aws.ecs", detailType: "ECS Service Action", title: "ECS service", name: "~^resources.0", vagueState: "eventType",
		reason: "reason", rows: "Event=eventName; Cluster=~clusterArn|~~^resources.0; Capacity providers=~capacityProviderArns.*; Created=createdAt",
		page: "/ecs/v2/clusters/{~clusterArn|~~^resources.0}/services/{~^resources.0}/health?region={^region}", color: ecsEventColor,
	},
	{
		source: "aws.ecs", detailType: "ECS Container Instance State Change", title: "ECS container instance", state: "status", name: "ec2InstanceId",
		reason: "statusReason", rows: "Cluster=~clusterArn; Agent connected=agentConnected; Container instance=~containerInstanceArn",
		page: "/ecs/v2/clusters/{~clusterArn}/infrastructure?region={^region}",
	},
	{ // docs.aws.amazon.com/batch/latest/userguide/batch_cwe_events.html
		source: "aws.batch", detailType: "Batch Job State Change", title: "Batch job", state: "status", name: "jobName",
		reason: "statusReason; container.reason|attempts.0.container.reason", rows: "Exit code=container.exitCode; Queue=~jobQueue; Image=container.image; Attempts=retryStrategy.attempts; Started=@startedAt; Stopped=@stoppedAt; Job=jobId; Log=container.logStreamName",
		page: "/batch/home?region={^region}#jobs/detail/{jobId}",
	},
	{
		source: "aws.batch", detailType: "Batch Job Queue Blocked", title: "Batch job queue blocked", name: "~jobQueue",
		reason: "blockedReason|statusReason", rows: "Job=jobName; Id=jobId", page: "/batch/home?region={^region}#queues/detail/{jobQueue}", color: always(lark.Orange),
	},
	{ // docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
		source: "aws.states", detailType: "Step Functions Execution Status Change", title: "Execution", state: "status", name: "~stateMachineArn",
		reason: "error; cause", rows: "Execution=name; Started=@startDate; Stopped=@stopDate",
		page: "/states/home?region={^region}#/v2/executions/details/{executionArn}",
	},
	{ // docs.aws.amazon.com/mediaconvert/latest/ug/ev_status_error.html
		source: "aws.mediaconvert", detailType: "MediaConvert Job State Change", title: "MediaConvert job", state: "status", name: "jobId",
		reason: "errorMessage", rows: "Error code=errorCode; Queue=~queue; Job=jobId; Warnings=warnings.*.code",
		page: "/mediaconvert/home?region={^region}#/jobs/summary/{jobId}",
	},
}

// always is the color of a kind of document that has one whatever it says.
func always(color lark.Color) func(document) lark.Color {
	return func(document) lark.Color { return color }
}

func detailTypeColor(d document) lark.Color { return stateColor(d.kind) }

// autoScalingColor is red for autoscaling:EC2_INSTANCE_LAUNCH_ERROR and its
// like.
func autoScalingColor(d document) lark.Color {
	return worst(stateColor(d.value("Event")), stateColor(d.value("StatusCode")))
}

func instanceColor(d document) lark.Color {
	switch d.value("state") {
	case "running":
		return lark.Green
	case "pending":
		return lark.Blue
	}
	return lark.Grey
}

// ecsEventColor is that of the event's type: ERROR, WARN or INFO, in which a
// deployment that is done is green.
func ecsEventColor(d document) lark.Color {
	if color := stateColor(d.value("eventType")); color != "" {
		return color
	}
	done := []string{"SERVICE_DEPLOYMENT_COMPLETED", "SERVICE_STEADY_STATE", "CAPACITY_PROVIDER_STEADY_STATE"}
	if name := d.value("eventName"); slices.Contains(done, name) || strings.HasSuffix(name, "_COMPLETED") {
		return lark.Green
	}
	return lark.Blue
}
