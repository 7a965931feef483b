package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/larkbridge/larkbridge/internal/operate"
	"github.com/larkbridge/larkbridge/internal/printable"
	"github.com/larkbridge/larkbridge/lib/ask"
	"github.com/larkbridge/larkbridge/lib/lark"
	"github.com/larkbridge/larkbridge/lib/send/request"
)

// exitOther is the exit code of the second choice; the third has the next one, and so
// on.
const exitOther = 3

// exitCode is an error that only sets the exit code of the program.
type exitCode int

func (c exitCode) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

// askFlags holds the values of the flags of ask.
type askFlags struct {
	to, app         string
	choices         []string
	json            bool
	expires, remind time.Duration
	question        operate.Question
}

// newAsk returns the command ask.
func (p program) newAsk() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "ask <question>",
		Short: "Ask people a question and wait for the answer",
		Long: `Sends a card with the question and a button for each --choice, waits for the
answer, and prints it. The exit code is 0 for the first choice, 3 for the second,
4 for the third and so on, and 1 when nobody has answered in time. A question
that is interrupted is withdrawn.

Without --stack it asks in the local run. A stack must have its parameter Asks on.` + accountHelp,
		Example: "  larkbridge ask 'Release 1.4?' --to oc_1 --choice Approve --choice Reject && ./release",
		Args:    oneArgument("the question"),
		GroupID: groupStack,
	}
	var f askFlags
	flags, target := cmd.Flags(), p.targetFlags(cmd)
	flags.StringVar(&f.to, "to", "", "the `id` of a chat or a person, or an e-mail address (required)")
	flags.StringArrayVar(&f.choices, "choice", []string{"Yes", "No"}, "an `answer` to choose from; may be given again")
	flags.StringVar(&f.question.Text, "text", "", "more about the question, in Lark's `Markdown`")
	flags.BoolVar(&f.question.Comment, "comment", false, "show a field for a comment")
	flags.StringSliceVar(&f.question.Who, "who", nil, "the open `ids` of those who may answer (default everybody)")
	flags.IntVar(&f.question.Quorum, "quorum", 0, "how many `people` have to give the same answer (default 1)")
	flags.DurationVar(&f.expires, "expires", time.Hour, "how long to wait")
	flags.DurationVar(&f.remind, "remind", 0, "remind people after this time, three times at most")
	flags.StringVar(&f.app, "app", lark.DefaultApp, "ask as the app of this `name`")
	flags.BoolVar(&f.json, "json", false, "print the result as JSON")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if f.to == "" {
			return misused(cmd, "give --to")
		}
		f.question.Title = args[0]
		f.question.To = request.NewTarget(f.to)
		f.question.ExpiresIn, f.question.RemindIn = int(f.expires/time.Second), int(f.remind/time.Second)
		for i, label := range f.choices {
			choice := ask.Choice{Label: label, Value: label}
			if i == 0 {
				choice.Style = lark.Primary
			}
			f.question.Choices = append(f.question.Choices, choice)
		}
		send, err := p.sendFunction(cmd.Context(), target)
		if err != nil {
			return err
		}
		return p.ask(cmd.Context(), operate.Questions{Send: send, App: f.app}, f)
	}
	return cmd
}

// withdrawTimeout is how long it may take to withdraw a question that is interrupted.
const withdrawTimeout = 10 * time.Second

// ask asks the question, waits for the answer and prints it.
func (p program) ask(ctx context.Context, questions operate.Questions, f askFlags) error {
	asked, err := questions.Ask(ctx, f.question)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.err, "Asked in the message %s, until %s.\n", printable.Text(asked.MessageID), asked.Expires.Local().Format(time.RFC3339))
	ended, err := questions.Wait(ctx, asked.AskID)
	if ctx.Err() != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), withdrawTimeout)
		defer cancel()
		_, withdrawn := questions.Withdraw(ctx, asked.AskID)
		return errors.Join(errors.New("interrupted"), withdrawn)
	}
	if err != nil {
		return err
	}
	return p.printAnswer(f, ended)
}

// printAnswer prints what has become of a question. Its error sets the exit code.
func (p program) printAnswer(f askFlags, ended ask.Status) error {
	chosen := f.question.Chosen(ended)
	switch {
	case f.json:
		if err := p.printJSON(ended); err != nil {
			return err
		}
	case chosen >= 0:
		fmt.Fprintln(p.out, printable.Text(ended.Result.Choice))
	}
	switch {
	case chosen < 0:
		return fmt.Errorf("the question has no answer: it is %s", ended.State)
	case chosen > 0:
		return exitCode(exitOther + chosen - 1)
	}
	return nil
}
