package notice

import (
	"cmp"
	"net/url"
	"strconv"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// ecsTask is the card for a task's state
// (docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html).
func ecsTask(ev event) lark.Card {
	var d task
	decode(ev.Detail, &d)
	cluster, id := lastPart(d.ClusterArn, "/"), lastPart(d.TaskArn, "/")
	var containers []string
	for _, c := range d.Containers {
		code := ""
		if c.ExitCode != nil {
			code = "exit code " + strconv.Itoa(*c.ExitCode)
		}
		containers = append(containers, join(": ", c.Name, join(", ", c.LastStatus, code, c.Reason)))
	}
	page := ""
	if cluster != "" && id != "" {
		page = console(ev.Region, "/ecs/v2/clusters/"+url.PathEscape(cluster)+"/tasks/"+url.PathEscape(id)+"/configuration?region="+ev.Region)
	}
	return ev.card(title("ECS task", d.LastStatus, cmp.Or(d.Group, id)), d.color(), page,
		text(d.StoppedReason),
		fields("Stop code", d.StopCode, "Desired", d.DesiredStatus, "Cluster", cluster,
			"Task definition", lastPart(d.TaskDefinitionArn, "/"), "Started", d.StartedAt, "Stopped", d.StoppedAt,
			"Task", id),
		listed("Containers", containers))
}

type task struct {
	ClusterArn, TaskArn, TaskDefinitionArn, Group string
	LastStatus, DesiredStatus                     string
	StopCode, StoppedReason, StartedAt, StoppedAt string
	Containers                                    []struct {
		Name, LastStatus, Reason string
		ExitCode                 *int
	}
}

// color is red only where something went wrong: tasks also stop when they are
// done, or when a service is deployed or scaled in.
func (t task) color() lark.Color {
	for _, c := range t.Containers {
		if c.ExitCode != nil && *c.ExitCode != 0 {
			return lark.Red
		}
	}
	switch t.StopCode { // API_Task.html, stopCode
	case "TaskFailedToStart":
		return lark.Red
	case "SpotInterruption", "TerminationNotice":
		return lark.Orange
	case "":
		return lark.Blue
	}
	return lark.Grey
}

// ec2Instance is the card for an instance's state
// (docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-instance-state-changes.html).
func ec2Instance(ev event) lark.Card {
	var d struct {
		ID    string `json:"instance-id"`
		State string
	}
	decode(ev.Detail, &d)
	color := lark.Grey
	switch d.State {
	case "running":
		color = lark.Green
	case "pending":
		color = lark.Blue
	}
	page := ""
	if d.ID != "" {
		page = console(ev.Region, "/ec2/home?region="+ev.Region+"#InstanceDetails:instanceId="+url.QueryEscape(d.ID))
	}
	return ev.card(title("EC2 instance", d.State, d.ID), color, page, fields("Instance", d.ID, "State", d.State))
}
