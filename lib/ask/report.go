package ask

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// report tells the workflow the result of a question. Before the call it counts the
// call in the question: if its answer is lost, a later call that finds the step
// ended cannot know whether this one has ended it.
func (a *Asks) report(ctx context.Context, q *Question) error {
	if q.Report != Pending {
		return nil
	}
	q, err := a.update(ctx, q.App, q.ID, func(q *Question) (bool, error) {
		if q.Report != Pending {
			return false, nil
		}
		q.Unsure++
		return true, nil
	})
	if err != nil || q.Report != Pending {
		return err
	}
	return a.callWorkflow(ctx, q)
}

// callWorkflow makes the call that reports the result, which has been counted, and
// records what came of it.
func (a *Asks) callWorkflow(ctx context.Context, q *Question) error {
	callErr := a.complete(ctx, q)
	_, err := a.update(ctx, q.App, q.ID, func(now *Question) (bool, error) { return now.reported(outcomeOf(callErr)), nil })
	if outcomeOf(callErr) == ended {
		callErr = nil // which the card says
	}
	return errors.Join(callErr, err)
}

// complete ends the step of the workflow.
func (a *Asks) complete(ctx context.Context, q *Question) error {
	if result := q.Result(); result != nil {
		output, err := json.Marshal(result)
		if err != nil {
			return fmt.Errorf("encoding the result: %w", err)
		}
		if err := a.Workflows.Succeed(ctx, q.Step, output); err != nil {
			return fmt.Errorf("reporting the answer to the workflow: %w", err)
		}
		return nil
	}
	name, cause := q.failure()
	if err := a.Workflows.Fail(ctx, q.Step, name, cause); err != nil {
		return fmt.Errorf("reporting %s to the workflow: %w", name, err)
	}
	return nil
}

// outcome is what is known about a call that ends a step.
type outcome int

const (
	worked  outcome = iota
	ended           // the step did not wait: it has ended before
	refused         // the call had no effect
	unknown         // the call may have worked
)

// endedCodes are AWS's codes for a step that does not wait
// (docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html,
// docs.aws.amazon.com/lambda/latest/api/API_SendDurableExecutionCallbackSuccess.html).
var endedCodes = []string{"TaskTimedOut", "TaskDoesNotExist", "InvalidToken", "CallbackTimeoutException"}

// outcomeOf reads the error of a call.
func outcomeOf(err error) outcome {
	var coded interface{ ErrorCode() string }
	switch {
	case err == nil:
		return worked
	case !errors.As(err, &coded):
		return unknown
	case slices.Contains(endedCodes, coded.ErrorCode()):
		return ended
	case strings.HasPrefix(coded.ErrorCode(), "Service"), strings.HasPrefix(coded.ErrorCode(), "Internal"), coded.ErrorCode() == "":
		return unknown // AWS's own failures say nothing about the effect
	}
	return refused
}

// reported records the outcome of a call that ends the step, and reports whether
// that has changed the question. That the workflow has the result is true whoever
// says so.
func (q *Question) reported(o outcome) bool {
	before, unsure := q.Report, q.Unsure
	switch {
	case q.Report == Accepted || o == unknown:
		return false
	case o == worked:
		q.Report = Accepted
	case o == refused:
		q.Unsure = max(q.Unsure-1, 0)
	case o == ended:
		if q.Unsure = max(q.Unsure-1, 0); q.Unsure > 0 {
			q.Report = Unclear
		} else {
			q.Report = Rejected
		}
	}
	if q.Report != before {
		q.Revision++
	}
	return q.Report != before || q.Unsure != unsure
}
