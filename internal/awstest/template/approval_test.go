package template_test

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/internal/awstest/template"
	"github.com/larkbridge/larkbridge/lib/send/request"
)

// The state machines of the examples make questions that send takes, with the token
// of their own task.
func TestApprovalStateMachines(t *testing.T) {
	for _, file := range []string{"approval-step/release.asl.json", "approval-pipeline/approval.asl.json"} {
		var machine struct {
			States map[string]struct {
				Resource              string
				Parameters, Arguments struct{ Payload json.RawMessage }
				Catch                 []struct{ ErrorEquals []string }
			}
		}
		if err := json.Unmarshal([]byte(read(t, harness.Root(t), "examples", file)), &machine); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		state := machine.States["Ask"]
		if !strings.HasSuffix(state.Resource, ".waitForTaskToken") || len(state.Catch) == 0 || state.Catch[0].ErrorEquals[0] != "Lark.NoAnswer" {
			t.Errorf("%s: got %+v, want a task that waits and catches Lark.NoAnswer", file, state)
		}
		req, err := request.Parse(evaluated(append(state.Parameters.Payload, state.Arguments.Payload...)))
		if err == nil {
			_, err = req.Plan("a1")
		}
		if err != nil || req.Ask.AnswerTo.TaskToken != "$$.Task.Token" {
			t.Errorf("%s: got %v, want a question with the token of its task", file, err)
		}
	}
}

// evaluated returns the payload of a state with a text for each of its expressions:
// that of the context's token, or any.
func evaluated(payload []byte) []byte {
	text := strings.NewReplacer("${Chat}", "oc_1", `{% $states.context.Task.Token %}`, "$$.Task.Token").Replace(string(payload))
	text = regexp.MustCompile(`\{% [^"]* %\}`).ReplaceAllString(text, "a text")
	return []byte(regexp.MustCompile(`"(\w+)\.\$"`).ReplaceAllString(text, `"$1"`))
}

// Durable functions are not in every region.
func TestLintApprovals(t *testing.T) {
	templates := map[string]map[string]any{}
	for _, example := range []string{"approval-step", "approval-durable", "approval-pipeline"} {
		templates[example] = template.TranslateFile(t, filepath.Join(harness.Root(t), "examples", example, "template.yaml"))
	}
	lint(t, templates, template.Region)
}
