package notice

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// ecsTask returns the card for the state of a task
// (docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html).
func ecsTask(ev document) lark.Card {
	var d task
	decode(ev.Detail, &d)
	cluster, id := lastSegment(d.ClusterArn, "/"), lastSegment(d.TaskArn, "/")
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
			"Task definition", lastSegment(d.TaskDefinitionArn, "/"), "Started", d.StartedAt, "Stopped", d.StoppedAt,
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

// color returns red only for a task that failed. The stop code says who ended the task
// (docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html). A deployment ends
// its old tasks with a signal, so that their exit code is 143 or 137. This is not a
// failure unless the reason says so.
func (t task) color() lark.Color {
	reason := strings.ToLower(t.StoppedReason)
	failed := slices.ContainsFunc([]string{"failed", "error", "unhealthy", "unable", "out of memory", "cannot"},
		func(text string) bool { return strings.Contains(reason, text) })
	switch t.StopCode {
	case "TaskFailedToStart":
		return lark.Red
	case "SpotInterruption", "TerminationNotice":
		return lark.Orange
	case "ServiceSchedulerInitiated", "UserInitiated":
		if failed {
			return lark.Red
		}
		return lark.Grey
	case "":
		if t.crashed(false) {
			return lark.Red
		}
		return lark.Blue
	}
	if failed || t.crashed(t.StopCode == "EssentialContainerExited") {
		return lark.Red
	}
	return lark.Grey
}

// crashed reports whether a container ended with a code other than 0. If no container
// has a code, it returns withoutCode.
func (t task) crashed(withoutCode bool) bool {
	known := false
	for _, c := range t.Containers {
		if c.ExitCode != nil && *c.ExitCode != 0 {
			return true
		}
		known = known || c.ExitCode != nil
	}
	return !known && withoutCode
}
