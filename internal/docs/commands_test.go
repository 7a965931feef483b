package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"mvdan.cc/sh/v3/syntax"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
)

// command is a command that a page has, in a block of sh or as code within a line.
type command struct {
	file      string
	line      int
	words     []string // without assignments and redirections; variables as they are written
	mentioned bool     // it is only named, in a sentence: arguments may be missing
}

var placeholder = regexp.MustCompile(`<[a-zA-Z][^<>]*>`)

// commands returns the commands of a page: all of its blocks of sh, and the code within
// its lines that begins with the name of one of the programs.
func commands(t *testing.T, p page, programs ...string) (list []command) {
	t.Helper()
	for _, b := range p.blocks {
		if b.language == "sh" {
			found, err := parseShell(b.text)
			if err != nil {
				t.Errorf("%s:%d: the block is no shell script: %v", p.file, b.line, err)
			}
			for _, words := range found {
				list = append(list, command{file: p.file, line: b.line, words: words})
			}
		}
	}
	for _, s := range p.spans {
		if name, rest, _ := strings.Cut(s.text, " "); slices.Contains(programs, name) && rest != "" {
			found, err := parseShell(s.text)
			if err != nil {
				t.Errorf("%s:%d: %s is no command: %v", p.file, s.line, s.text, err)
			}
			for _, words := range found {
				list = append(list, command{file: p.file, line: s.line, words: words, mentioned: true})
			}
		}
	}
	return list
}

// parseShell returns the words of each command of a script. <name> stands for a text that
// the reader puts in its place.
func parseShell(script string) (list [][]string, err error) {
	script = placeholder.ReplaceAllString(script, "NAME")
	file, err := syntax.NewParser().Parse(strings.NewReader(script), "")
	if err != nil {
		return nil, err
	}
	functions := map[string]bool{}
	printer := syntax.NewPrinter()
	syntax.Walk(file, func(node syntax.Node) bool {
		switch node := node.(type) {
		case *syntax.FuncDecl:
			functions[node.Name.Value] = true
		case *syntax.CallExpr:
			var words []string
			for _, word := range node.Args {
				words = append(words, wordText(printer, word))
			}
			if len(words) > 0 && !functions[words[0]] {
				list = append(list, words)
			}
		}
		return true
	})
	return list, nil
}

// wordText returns a word without the quotation marks around its parts.
func wordText(printer *syntax.Printer, word *syntax.Word) string {
	var text strings.Builder
	for _, segment := range word.Parts {
		switch segment := segment.(type) {
		case *syntax.Lit:
			text.WriteString(segment.Value)
		case *syntax.SglQuoted:
			text.WriteString(segment.Value)
		default:
			_ = printer.Print(&text, segment) // a strings.Builder takes everything
		}
	}
	return strings.Trim(text.String(), `"`)
}

// others are the programs whose arguments are not checked.
var others = []string{"cd", "curl", "echo", "export", "git", "npm", "node", "pip", "python3", "sam", "set", "cloudflared", "jq", "cat", "sleep"}

// Each command calls a program that the reader has, with arguments that it takes.
func TestCommands(t *testing.T) {
	targets := makeTargets(t)
	var larkbridge, aws []command
	for _, p := range readPages(t) {
		for _, c := range commands(t, p, "larkbridge", "make", "aws", "go") {
			switch words := c.words; {
			case slices.Contains(others, words[0]):
			case words[0] == "larkbridge":
				larkbridge = append(larkbridge, c)
			case words[0] == "go":
				if words = goRun(t, c); len(words) > 0 && words[0] == "./cmd/larkbridge" {
					larkbridge = append(larkbridge, command{file: c.file, line: c.line, words: words})
				}
			case words[0] == "make":
				for _, word := range words[1:] {
					if !strings.Contains(word, "=") && !slices.Contains(targets, word) {
						t.Errorf("%s:%d: got make %s, want a target of the Makefile", c.file, c.line, word)
					}
				}
			case words[0] == "aws":
				aws = append(aws, c)
			default:
				t.Errorf("%s:%d: got the program %s, want one that this test knows", c.file, c.line, words[0])
			}
		}
	}
	program := buildProgram(t)
	t.Run("larkbridge", func(t *testing.T) { checkLarkbridge(t, program, larkbridge) })
	t.Run("output", func(t *testing.T) { checkOutput(t, program) })
	t.Run("aws", func(t *testing.T) { checkAWS(t, aws) })
}

// makeTargets returns the targets of the Makefile.
func makeTargets(t *testing.T) (targets []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(harness.Root(t), "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?m)^([a-z0-9-]+):`).FindAllStringSubmatch(string(text), -1) {
		targets = append(targets, m[1])
	}
	return targets
}

// goRun checks that the package of a go command is there, and returns what go run runs
// with its arguments.
func goRun(t *testing.T, c command) []string {
	t.Helper()
	for i, word := range c.words {
		if folder, _, _ := strings.Cut(strings.TrimPrefix(word, "github.com/larkbridge/larkbridge/"), "@"); strings.HasPrefix(word, "./") || folder != word {
			if _, err := os.Stat(filepath.Join(harness.Root(t), strings.TrimSuffix(folder, "/..."))); err != nil {
				t.Errorf("%s:%d: got the package %s, want one that is there", c.file, c.line, word)
			}
			if c.words[1] == "run" {
				return c.words[i:]
			}
			return nil
		}
	}
	return nil
}

// buildProgram builds larkbridge and returns its path.
func buildProgram(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "larkbridge")
	if out, err := exec.Command("go", "build", "-o", program, harness.Root(t)+"/cmd/larkbridge").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

var (
	clock    = regexp.MustCompile(`(?m)^\d\d:\d\d:\d\d\.\d+ +`)
	duration = regexp.MustCompile(`[\d.]+ m?s\b`)
)

// checkOutput compares the output in the README with that of larkbridge run, but for
// times.
func checkOutput(t *testing.T, program string) {
	var want string
	for _, b := range readPages(t)["README.md"].blocks {
		if b.language == "text" {
			want = duration.ReplaceAllString(b.text, "0 ms")
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	running := exec.CommandContext(ctx, program, "run")
	running.Env = []string{"PORT=0"}
	out, err := running.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := running.Start(); err != nil {
		t.Fatal(err)
	}
	var got []string
	for lines := bufio.NewScanner(out); lines.Scan() && !strings.HasPrefix(lines.Text(), "Now you"); {
		if line := clock.ReplaceAllString(lines.Text(), ""); line != lines.Text() {
			got = append(got, duration.ReplaceAllString(line, "0 ms"))
		}
	}
	cancel()
	_ = running.Wait() // it was killed
	for line := range strings.Lines(want) {
		line = strings.TrimSpace(line)
		i := slices.Index(got, line)
		if i < 0 {
			t.Errorf("README.md: got the line %q, want one of the output:\n%s", line, strings.Join(got, "\n"))
			continue
		}
		got = got[i+1:]
	}
}

// checkLarkbridge asks the program for the help of each command, which lists its flags.
func checkLarkbridge(t *testing.T, program string, list []command) {
	help := func(words []string) (string, error) {
		out, err := exec.Command(program, append(slices.Clone(words), "-h")...).CombinedOutput()
		return string(out), err
	}
	var mu sync.Mutex
	known := map[string]string{}
	for _, c := range list {
		var names, flags []string
		for _, word := range c.words[1:] {
			if name, _, _ := strings.Cut(word, "="); strings.HasPrefix(name, "-") {
				flags = append(flags, strings.TrimLeft(name, "-"))
			} else if len(flags) == 0 {
				names = append(names, word)
			}
		}
		key := strings.Join(names, " ")
		mu.Lock()
		text, ok := known[key]
		if !ok {
			var err error
			if text, err = help(names); err != nil {
				t.Errorf("%s:%d: larkbridge %s: %v\n%s", c.file, c.line, key, err, text)
			}
			known[key] = text
		}
		mu.Unlock()
		for _, flag := range flags {
			if !regexp.MustCompile(`(?m)(^|[\s,\[(])--?` + regexp.QuoteMeta(flag) + `\b`).MatchString(text) {
				t.Errorf("%s:%d: got larkbridge %s --%s, want a flag of its help:\n%s", c.file, c.line, key, flag, text)
			}
		}
	}
}

// checkAWS compares commands with those of the AWS CLI: services, operations and
// parameters.
func checkAWS(t *testing.T, list []command) {
	type call struct {
		Words []string `json:"words"`
		Named bool     `json:"named"`
	}
	var calls []call
	for _, c := range list {
		calls = append(calls, call{c.words[1:], c.mentioned})
	}
	doc, err := json.Marshal(calls)
	if err != nil {
		t.Fatal(err)
	}
	check := exec.Command(harness.Python(t), "testdata/aws.py")
	check.Stdin = bytes.NewReader(doc)
	check.Stderr = os.Stderr
	out, err := check.Output()
	if err != nil {
		t.Fatal(err)
	}
	var findings []string
	if err := json.Unmarshal(out, &findings); err != nil {
		t.Fatal(err)
	}
	for i, finding := range findings {
		if finding != "" {
			t.Errorf("%s:%d: %s", list[i].file, list[i].line, finding)
		}
	}
}

func TestParseShell(t *testing.T) {
	got, err := parseShell("output() { aws a b; }\nX=$(output Y) Z=1\necho \"$X\" | aws sqs send-message --queue-url \"$X\" \\\n  --message-body '{\"a\": 1}' # text\nlarkbridge app put <name>\n")
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"aws", "a", "b"}, {"echo", "$X"}, {"aws", "sqs", "send-message", "--queue-url", "$X", "--message-body", `{"a": 1}`}, {"larkbridge", "app", "put", "NAME"}}
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("got %q, want %q", got, want)
	}
}
