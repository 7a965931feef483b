package notice

import (
	"encoding/json"
	"strings"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// compute returns a value that is computed from a document, by its name in paths.
func compute(name string, d document) []string {
	switch name {
	case "phase":
		phase, _ := failedPhase(d)
		return []string{phase}
	case "reason":
		_, reason := failedPhase(d)
		return []string{reason}
	case "severity":
		label, _ := severity(d)
		return []string{label}
	case "item":
		return checkItem(d)
	}
	return nil
}

// severity returns the severity of a finding and its color. A document has it as text or
// as a number on GuardDuty's scale (docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings-severity.html).
func severity(d document) (string, lark.Color) {
	value := d.value("severity.description|severity.label|severity.Label|severity")
	name := strings.ToLower(value)
	if f, err := json.Number(value).Float64(); err == nil {
		name = "low"
		switch {
		case f >= 9:
			name = "critical"
		case f >= 7:
			name = "high"
		case f >= 4:
			name = "medium"
		}
	}
	color := map[string]lark.Color{"critical": lark.Red, "high": lark.Red, "medium": lark.Orange, "low": lark.Blue, "informational": lark.Blue}[name]
	switch {
	case color == "":
		return value, lark.Orange
	case !strings.EqualFold(name, value):
		return name + ", " + value, color
	}
	return value, color
}

// checkItem returns the item of a check of Trusted Advisor, whose fields depend on the
// check.
func checkItem(d document) (lines []string) {
	for _, l := range leaves(first(find(d.detail, "check-item-detail"))) {
		lines = append(lines, strings.Join(l.path, " ")+": "+l.value)
	}
	return lines
}
