package notice

import (
	"encoding/json"
	"strings"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// compute returns a value that is not in a document as it is, by the name that
// paths have for it.
func compute(name string, d document) []string {
	switch name {
	case "phase":
		phase, _ := failedPhase(d)
		return []string{phase}
	case "reason":
		_, reason := failedPhase(d)
		return []string{reason}
	case "severity":
		word, _ := severity(d)
		return []string{word}
	case "item":
		return checkItem(d)
	}
	return nil
}

// severity names a finding's severity and its color. It is a word, or a number
// by GuardDuty's scale (docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings-severity.html).
func severity(d document) (string, lark.Color) {
	word := d.value("severity.description|severity.label|severity.Label|severity")
	name := strings.ToLower(word)
	if f, err := json.Number(word).Float64(); err == nil {
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
		return word, lark.Orange
	case !strings.EqualFold(name, word):
		return name + ", " + word, color
	}
	return word, color
}

// checkItem shows the item of a check of Trusted Advisor, whose columns are
// those of the check.
func checkItem(d document) (lines []string) {
	for _, l := range leaves(first(find(d.detail, "check-item-detail"))) {
		lines = append(lines, strings.Join(l.path, " ")+": "+l.value)
	}
	return lines
}
