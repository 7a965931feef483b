package template_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// draft is a translated template to break.
type draft struct {
	t        *testing.T
	document map[string]any
}

// all are the properties of the resources of a kind that have some properties,
// in the order of their logical ids.
func (d draft) all(kind string, having ...string) (found []map[string]any) {
	d.t.Helper()
	resources := objects(d.document, "Resources")
	for _, id := range slices.Sorted(maps.Keys(resources)) {
		properties, _ := resources[id]["Properties"].(map[string]any)
		lacks := slices.ContainsFunc(having, func(name string) bool { return properties[name] == nil })
		if resources[id]["Type"] == kind && !lacks {
			found = append(found, properties)
		}
	}
	if len(found) == 0 {
		d.t.Fatalf("no %s with %q to break", kind, having)
	}
	return found
}

func (d draft) first(kind string, having ...string) map[string]any {
	d.t.Helper()
	return d.all(kind, having...)[0]
}

func (d draft) add(kind string, properties map[string]any) {
	d.document["Resources"].(map[string]any)["Added"] = map[string]any{"Type": kind, "Properties": properties}
}

// remove takes the resources of a kind away.
func (d draft) remove(kind string) {
	maps.DeleteFunc(d.document["Resources"].(map[string]any), func(_ string, r any) bool { return r.(map[string]any)["Type"] == kind })
}

// allowing is the first statement of a role or another policy about an action.
func (d draft) allowing(action string) map[string]any { return d.statement(action, "") }

func (d draft) queuePolicy() map[string]any {
	return d.statement("sqs:SendMessage", "AWS::SQS::QueuePolicy")
}

// letting is the statement of a policy about a service.
func (d draft) letting(policy, service string) (found map[string]any) {
	d.t.Helper()
	_ = walk(objects(d.document, "Resources")[policy], func(node map[string]any) error {
		if who, ok := node["Principal"].(map[string]any); ok && who["Service"] == service {
			found = node
		}
		return nil
	})
	if found == nil {
		d.t.Fatalf("no statement about %s to break", service)
	}
	return found
}

// refusing is the first statement that refuses an action.
func (d draft) refusing(action string) (found map[string]any) {
	d.t.Helper()
	_ = walk(d.document["Resources"], func(node map[string]any) error {
		if found == nil && node["Effect"] == "Deny" && node["Action"] == action {
			found = node
		}
		return nil
	})
	if found == nil {
		d.t.Fatalf("no statement refuses %s", action)
	}
	return found
}

func (d draft) statement(action, kind string) (found map[string]any) {
	d.t.Helper()
	resources := objects(d.document, "Resources")
	for _, id := range slices.Sorted(maps.Keys(resources)) {
		if kind != "" && resources[id]["Type"] != kind {
			continue
		}
		_ = walk(resources[id], func(node map[string]any) error {
			actions, _ := node["Action"].([]any)
			if found == nil && node["Effect"] != nil && (node["Action"] == action || slices.Contains(actions, any(action))) {
				found = node
			}
			return nil
		})
	}
	if found == nil {
		d.t.Fatalf("no statement about %s to break", action)
	}
	return found
}

// target is where the first rule sends to.
func (d draft) target() map[string]any {
	return d.first("AWS::Events::Rule")["Targets"].([]any)[0].(map[string]any)
}

// groups are those of the parameters.
func (d draft) groups() (groups []map[string]any) {
	shown := d.document["Metadata"].(map[string]any)["AWS::CloudFormation::Interface"].(map[string]any)
	for _, group := range shown["ParameterGroups"].([]any) {
		groups = append(groups, group.(map[string]any))
	}
	return groups
}

// watch makes the first alarm on one metric watch another.
func (d draft) watch(namespace, metric, dimension string, value any) {
	alarm := d.first("AWS::CloudWatch::Alarm", "MetricName")
	alarm["Namespace"], alarm["MetricName"] = namespace, metric
	alarm["Dimensions"] = []any{map[string]any{"Name": dimension, "Value": value}}
}

// sum is the expression of the first alarm that has one.
func (d draft) sum() map[string]any {
	for _, query := range d.first("AWS::CloudWatch::Alarm", "Metrics")["Metrics"].([]any) {
		if query := query.(map[string]any); query["Expression"] != nil {
			return query
		}
	}
	d.t.Fatal("no expression to break")
	return nil
}

func list(elements ...any) []any { return append([]any{}, elements...) }

// put sets what a path of keys leads to.
func put(in map[string]any, path string, value any) {
	in, key := parent(in, path)
	in[key] = value
}

// drop removes it.
func drop(in map[string]any, path string) {
	in, key := parent(in, path)
	delete(in, key)
}

func parent(in map[string]any, path string) (map[string]any, string) {
	keys := strings.Split(path, ".")
	for _, key := range keys[:len(keys)-1] {
		in = in[key].(map[string]any)
	}
	return in, keys[len(keys)-1]
}
