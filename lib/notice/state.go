package notice

import (
	"slices"
	"strings"
	"unicode"

	"github.com/larkbridge/larkbridge/lib/lark"
)

// stateWords are beginnings of words that name a state, by the color for it. The worst
// color comes first.
var stateWords = []struct {
	color  lark.Color
	prefix []string
}{
	{lark.Red, []string{
		"fail", "err", "error", "fault", "rollback", "timedout", "timeout", "unsuccessful", "critical", "crit", "fatal", "down", "unhealthy",
		"noncompliant", "denied", "deny", "alarm", "firing", "trigger", "triggered", "expired", "high", "emergency", "alert", "alerting", "panic", "crash", "exception",
		"threat", "malware", "infected", "breach", "inoperable", "incompatible", "unreachable", "unavailable", "outofmemory", "oom", "broken", "reject",
		"lost", "dead", "red", "p0", "p1", "sev0", "sev1", "impossible", "bounce", "complaint", "exceeded", "invalid", "offline", "disaster",
	}},
	{lark.Orange, []string{
		"warn", "medium", "moderate", "degraded", "impaired", "abort", "cancel", "drifted", "throttl", "expir", "interrupt", "retire", "suspend",
		"partial", "delayed", "yellow", "orange", "unstable", "attention", "approaching", "overdue", "p2", "sev2", "deprecat", "suspected", "limited",
	}},
	{lark.Green, []string{
		"succe", "success", "ok", "okay", "complete", "completed", "pass", "passed", "resolved", "healthy", "up", "available", "compliant", "done", "finish", "recover", "ready",
		"normal", "green", "good", "insync", "clean", "clear", "online", "deployed", "fixed", "delivered", "operational",
	}},
	{lark.Grey, []string{"stopped", "terminated", "insufficient", "deleted", "superseded", "skipped", "unknown", "disabled", "archived", "suppressed", "inactive"}},
}

// wholeWords are those of these beginnings that must be a whole word: "upload" is not up.
var wholeWords = []string{"ok", "up", "down", "high", "red", "green", "yellow", "orange", "err", "pass", "lost", "dead", "ready", "good", "clear", "clean", "alert", "alarm", "trigger", "p0", "p1", "p2", "crit", "available", "normal"}

// stateColor returns the color of a state by the words that name it, "" if none of them
// is known, and the worst color of several. After "not" or "non" a good word is a bad
// one.
func stateColor(state string) lark.Color {
	words := split(state)
	joined := strings.Join(words, "")
	for _, known := range stateWords {
		for i, word := range words {
			if !begins(word, known.prefix) {
				continue
			}
			negated := i > 0 && slices.Contains([]string{"not", "non", "no"}, words[i-1])
			switch {
			case negated && known.color == lark.Green:
				return lark.Red
			case negated:
				continue
			}
			return known.color
		}
		if begins(joined, known.prefix) && !slices.Contains(wholeWords, joined) && len(words) > 1 && known.color == lark.Red {
			return known.color // TIMED_OUT, NON_COMPLIANT
		}
	}
	return ""
}

// exceptions are words that begin like one for a state and name none.
var exceptions = []string{"failover", "failovers", "highlight", "higher"}

func begins(word string, prefixes []string) bool {
	if slices.Contains(exceptions, word) {
		return false
	}
	return slices.ContainsFunc(prefixes, func(prefix string) bool {
		return word == prefix || strings.HasPrefix(word, prefix) && !slices.Contains(wholeWords, prefix)
	})
}

// split returns the words of a name or a sentence in lower case: those of
// FooBar, FOO_BAR and "foo bar" are foo and bar.
func split(text string) []string {
	var words []string
	var word []rune
	endWord := func() {
		if len(word) > 0 {
			words = append(words, strings.ToLower(string(word)))
		}
		word = nil
	}
	runes := []rune(text)
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			endWord()
			continue
		case unicode.IsUpper(r) && i > 0 && unicode.IsLower(runes[i-1]):
			endWord()
		}
		word = append(word, r)
	}
	endWord()
	return words
}

// worst returns the worst of several colors, "" for none.
func worst(colors ...lark.Color) lark.Color {
	for _, known := range stateWords {
		if slices.Contains(colors, known.color) {
			return known.color
		}
	}
	return ""
}

// Names of values that name a state, by their last word. A grade is used if there is no
// state, and an event if there is no grade either.
var (
	stateNames = []string{"state", "status", "result", "outcome", "conclusion", "health", "compliance", "condition"}
	gradeNames = []string{"severity", "level", "priority", "urgency", "criticality"}
	eventNames = []string{"event", "action", "phase"}
	pastWords  = []string{"previous", "prev", "old", "last", "former", "desired", "expected", "original", "initial", "prior", "before", "from"}
)

// maxState is the length up to which a value can be the name of a state.
const maxState = 60

// namedState returns the color of the state in a document, and its name. Of several
// states it takes the least nested ones, and of these the worst.
func namedState(all []leaf) (color lark.Color, state string) {
	for _, names := range [][]string{stateNames, gradeNames, eventNames} {
		depth := 0
		for _, l := range all {
			if !isAbout(l.name(), names) || len(l.value) > maxState || color != "" && len(l.path) > depth {
				continue
			}
			c := stateColor(l.value)
			if c == "" || color != "" && len(l.path) == depth && worst(color, c) == color {
				continue
			}
			color, state, depth = c, l.value, len(l.path)
		}
		if color != "" {
			return color, state
		}
	}
	for _, l := range all {
		if words := split(l.name()); len(words) > 0 && slices.Contains(errorWords, words[0]) && !slices.Contains(noErrors, strings.ToLower(l.value)) {
			return lark.Red, ""
		}
	}
	return "", ""
}

// Words with which names of errors begin, and values that mean that there is no error.
var (
	errorWords = []string{"error", "errors", "exception", "failure"}
	noErrors   = []string{"0", "false", "none", "no", "ok", "null"}
)

// isAbout reports whether the name of a value says that it is one of the given things,
// and not an earlier or a desired one.
func isAbout(name string, things []string) bool {
	words := split(name)
	if len(words) == 0 || slices.ContainsFunc(words, func(w string) bool { return slices.Contains(pastWords, w) }) {
		return false
	}
	last := words[len(words)-1]
	if (last == "code" || last == "type" || last == "name" || last == "label" || last == "value") && len(words) > 1 {
		last = words[len(words)-2]
	}
	return slices.ContainsFunc(things, func(thing string) bool { return last == thing || strings.HasSuffix(last, thing) })
}
