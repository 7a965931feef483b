package notice

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/larkbridge/larkbridge/internal/lazy"
	"github.com/larkbridge/larkbridge/lib/lark"
)

// format describes the card of one kind of document. Its strings are paths for
// [document.values], unless their comments say otherwise.
type format struct {
	source     string // of the event, "aws.batch"
	detailType string // of the event; "*" at its end matches any text
	has        string // paths with "|" between them: a document without an envelope has all of them

	title      string // the kind of the resource, not a path: "Batch job"; "" is the detail type
	name       string // the resource
	state      string // the state, which is in the title and decides the color
	vagueState string // a state that decides the color but is not in the title
	reason     string // paragraphs, with ";" between their paths
	rows       string // "Job=jobId; Queue=~jobQueue": labels and paths
	page       string // of the console, with {paths}: "/batch/home?region={^region}#jobs/detail/{jobId}"
	link       string // the path of an address, which is used if it leads to the console
	button     string // the text of the button of link; "" for the default

	color func(document) lark.Color // instead of the color of the state, unless it returns ""
}

// document is a document that is to be shown, with its envelope.
type document struct {
	event
	kind             string // the detail type, or the name for a document of a topic
	envelope, detail any
	leaves           []leaf // of the detail
}

// card returns the card of a document.
func (f format) card(d document) lark.Card {
	state := d.value(f.state)
	color := lark.Color("")
	if f.color != nil {
		color = f.color(d)
	}
	if color == "" {
		color = stateColor(cmp.Or(d.value(f.vagueState), state))
	}
	if color == "" && f.state == "" && f.vagueState == "" {
		color, _ = namedState(d.leaves)
	}
	if color == "" {
		color = stateColor(d.kind)
	}
	heading := title(cmp.Or(f.title, d.kind), state, cmp.Or(d.value(f.name), d.bestName()))
	var body []lark.Element
	for paths := range strings.SplitSeq(f.reason, ";") {
		if paths != "" {
			body = append(body, text(strings.Join(d.values(strings.TrimSpace(paths)), "\n")))
		}
	}
	body = append(body, d.rows(f.rows))
	page, label := d.page(f.page), ""
	if link := consolePage(d.value(f.link)); link != "" {
		page, label = link, f.button
	}
	return d.event.cardWith(heading, cmp.Or(color, lark.Blue), cmp.Or(page, d.home(f.source)), label, body...)
}

// rows returns the fields for labels and paths such as "Job=jobId; Queue=~jobQueue".
func (d document) rows(spec string) lark.Fields {
	var list lark.Fields
	for row := range strings.SplitSeq(spec, ";") {
		label, paths, _ := strings.Cut(strings.TrimSpace(row), "=")
		if label != "" {
			list = append(list, listed(label, d.values(paths))...)
		}
	}
	return list
}

var placeholder = lazy.Regexp(`\{[^}]*\}`)

// page returns the address of a page of the console, with the values of the paths in
// template. It returns "" if one has no value, because there is no such page.
func (d document) page(template string) string {
	missing := template == ""
	page := placeholder().ReplaceAllStringFunc(template, func(p string) string {
		value := d.value(strings.Trim(p, "{}"))
		missing = missing || value == ""
		return strings.ReplaceAll(url.PathEscape(value), "+", "%2B")
	})
	if missing {
		return ""
	}
	return console(d.Region, page)
}

// homes are the console's paths of services by the names that their events have.
var homes = map[string]string{
	"autoscaling": "ec2", "ecr": "ecr", "elasticloadbalancing": "ec2", "ebs": "ec2", "events": "events", "emr": "emr", "inspector2": "inspector/v2",
	"ssm": "systems-manager", "codepipeline": "codesuite/codepipeline", "codebuild": "codesuite/codebuild", "codedeploy": "codesuite/codedeploy",
	"codecommit": "codesuite/codecommit", "dms": "dms/v2", "redshift": "redshiftv2", "health": "health", "synthetics": "cloudwatch", "monitoring": "cloudwatch",
	"securityhub": "securityhub", "ecs": "ecs/v2", "ce": "cost-management", "budgets": "billing", "signin": "cloudtrailv2", "glue": "glue", "batch": "batch",
}

var serviceName = lazy.Regexp(`^aws\.([a-z0-9-]{2,40})$`)

// home returns the page of a service in the console, for an event without a page of its
// own.
func (d document) home(source string) string {
	m := serviceName().FindStringSubmatch(cmp.Or(source, d.Source))
	if m == nil {
		return ""
	}
	return console(d.Region, "/"+cmp.Or(homes[m[1]], m[1])+"/home?region="+d.Region)
}

// fits reports whether the format is for a document.
func (f format) fits(d document) bool {
	if f.has != "" && d.Source == "" {
		o, ok := d.detail.(*object)
		return ok && !slices.ContainsFunc(strings.Split(f.has, "|"), func(name string) bool { return len(find(o, name)) == 0 })
	}
	if f.detailType == "" || f.source != d.Source {
		return false
	}
	prefix, open := strings.CutSuffix(f.detailType, "*")
	return d.kind == f.detailType || open && strings.HasPrefix(d.kind, prefix)
}

// findFormat returns the format for a document, nil when there is none.
func findFormat(d document) *format {
	for _, list := range [][]format{computeFormats, dataFormats, deliveryFormats, securityFormats, operationFormats} {
		for i := range list {
			if list[i].fits(d) {
				return &list[i]
			}
		}
	}
	return nil
}
