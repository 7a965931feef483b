package main

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/casefile"
	"github.com/larkbridge/larkbridge/internal/awstest/harness"
)

var caseFilter = flag.String("case", "", "run only the outbound cases whose id or kind matches")

// parallelCases is how many cases run at the same time: most of them wait.
const parallelCases = 6

// Each case of outbound.json, through the real function. A case that fails and
// has a time in it runs again by itself, when the machine has nothing else to
// do.
func TestOutboundCases(t *testing.T) {
	bootstrap := harness.Bootstrap(t, "send")
	filter := regexp.MustCompile(*caseFilter)
	all := slices.DeleteFunc(casefile.Load(t, filepath.Join("testdata", "outbound.json")), func(c casefile.Case) bool {
		return !filter.MatchString(c.ID) && !filter.MatchString(c.Kind)
	})
	apps := appsOf(t, all)
	waiting := make(chan casefile.Case, len(all))
	for _, c := range all {
		waiting <- c
	}
	close(waiting)
	var mu sync.Mutex
	problems := map[string][]string{}
	var running sync.WaitGroup
	for range min(parallelCases, len(all)) {
		l := newCaseEnv(t, bootstrap, apps)
		running.Go(func() {
			for c := range waiting {
				found := l.run(t.Context(), c)
				mu.Lock()
				problems[c.ID] = found
				mu.Unlock()
			}
		})
	}
	running.Wait()
	alone := newCaseEnv(t, bootstrap, apps)
	for _, c := range all {
		if len(problems[c.ID]) > 0 && timed(c) {
			problems[c.ID] = alone.run(t.Context(), c)
		}
	}
	report(t, all, problems)
}

// timed reports whether a case has a time that a busy machine can miss.
func timed(c casefile.Case) bool {
	var given struct {
		Deadline float64 `json:"deadline_s"`
	}
	var want struct {
		Within float64 `json:"answered_within_s"`
	}
	return json.Unmarshal(c.Given, &given) == nil && json.Unmarshal(c.Want, &want) == nil && given.Deadline+want.Within > 0
}

// report fails a subtest for each case that does not hold, by kind.
func report(t *testing.T, all []casefile.Case, problems map[string][]string) {
	byKind := map[string][]casefile.Case{}
	for _, c := range all {
		byKind[c.Kind] = append(byKind[c.Kind], c)
	}
	failed := 0
	for _, kind := range slices.Sorted(maps.Keys(byKind)) {
		t.Run(kind, func(t *testing.T) {
			slices.SortFunc(byKind[kind], func(a, b casefile.Case) int { return cmp.Compare(a.ID, b.ID) })
			for _, c := range byKind[kind] {
				if len(problems[c.ID]) > 0 {
					failed++
				}
				t.Run(c.ID, func(t *testing.T) {
					for _, problem := range problems[c.ID] {
						t.Errorf("%s\n\t%s", c.Why, problem)
					}
				})
			}
		})
	}
	t.Logf("%d of %d cases hold", len(all)-failed, len(all))
}

// appsOf are the apps that cases name, beside the default one.
func appsOf(t *testing.T, all []casefile.Case) []string {
	t.Helper()
	names := map[string]bool{}
	for _, c := range all {
		var given struct{ App string }
		if err := json.Unmarshal(c.Given, &given); err != nil {
			t.Fatal(fmt.Errorf("%s: %w", c.ID, err))
		}
		if given.App != "" {
			names[given.App] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}
