package main

import (
	"context"

	"github.com/spf13/pflag"

	"github.com/larkbridge/larkbridge/internal/local"
)

// ownCode holds the flags with which a developer's own code takes part in the run.
type ownCode struct {
	rules       []local.RuleSpec
	misplaced   string // a --to without its --rule
	cardHandler string
	files       string
}

// addTo adds the flags.
func (o *ownCode) addTo(flags *pflag.FlagSet) {
	flags.Var(&ruleFlag{o}, "rule", "give matching events to the --to that follows; `FILE` is an event pattern, a rule as of aws events put-rule, or a SAM template, which has its own targets")
	flags.Var(&toFlag{o}, "to", "the `TARGET` of the --rule before it: a URL, a command, a handler such as app.py:handler or index.mjs:handler, or send")
	flags.StringVar(&o.cardHandler, "card-handler", "", "answer clicks with a `TARGET`")
	flags.StringVar(&o.files, "files", ".larkbridge/files", "keep the files of requests in `DIR`: s3://bucket/key is bucket/key in it")
}

// used reports whether there is own code.
func (o *ownCode) used() bool { return len(o.rules) > 0 || o.cardHandler != "" }

// start adds the own code to a server that will serve at url. It ends with ctx, after
// which server.Close must be called.
func (o *ownCode) start(ctx context.Context, server *local.Server, url string) error {
	server.SetFiles(local.Folder(o.files))
	if o.cardHandler != "" {
		if err := server.SetCardHandler(url, o.cardHandler); err != nil {
			return err
		}
	}
	return server.AddRules(ctx, url, o.rules)
}

// ruleFlag is the flag --rule, which begins a rule.
type ruleFlag struct{ *ownCode }

func (f *ruleFlag) Set(file string) error {
	f.rules = append(f.rules, local.RuleSpec{File: file})
	return nil
}
func (*ruleFlag) Type() string   { return "FILE" }
func (*ruleFlag) String() string { return "" }

// toFlag is the flag --to, which gives the last rule its target.
type toFlag struct{ *ownCode }

func (f *toFlag) Set(to string) error {
	last := len(f.rules) - 1
	if last < 0 || f.rules[last].To != "" {
		f.misplaced = to // which the command reports: pflag would only say that it is not of its type
		return nil
	}
	f.rules[last].To = to
	return nil
}
func (*toFlag) Type() string   { return "TARGET" }
func (*toFlag) String() string { return "" }
