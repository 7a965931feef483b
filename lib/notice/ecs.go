package notice

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// ecsTask is the card for a task's state
// (docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html).
func ecsTask(ev document) lark.Card {
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

// color is red only where something went wrong. The stop code says who ended
// the task (docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html): a
// deployment ends its old tasks with a signal, which leaves an exit code of 143
// or 137, and is no failure unless the reason names one.
func (t task) color() lark.Color {
	reason := strings.ToLower(t.StoppedReason)
	failed := slices.ContainsFunc([]string{"failed", "error", "unhealthy", "unable", "out of memory", "cannot"},
		func(word string) bool { return strings.Contains(reason, word) })
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
		if t.crashed(true) {
			return lark.Red
		}
		return lark.Blue
	}
	if failed || t.crashed(t.StopCode != "EssentialContainerExited") {
		return lark.Red
	}
	return lark.Grey
}

// crashed reports whether a container ended with a code other than 0. Where
// none of them has a code, it reports whether that is all right.
func (t task) crashed(withoutCodeIsFine bool) bool {
	known := false
	for _, c := range t.Containers {
		if c.ExitCode != nil && *c.ExitCode != 0 {
			return true
		}
		known = known || c.ExitCode != nil
	}
	return !known && !withoutCodeIsFine
}
