package e2e_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/stage"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// A new user's path, as the README has it: from nothing to the first event on
// the bus, by at most six commands and two pastes. Each command runs as it is
// written, in a terminal. What is different here: a copy of the sources takes
// the place of the clone; two of its template's defaults are those that the
// emulator needs; and after the deployment the functions get this
// machine's binaries (theirs are for arm64) and the routes that the emulator
// leaves out. It does not keep what functions log, either: of the command that
// reads the log, only that it runs is seen.
func TestReadme(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("left out: Go programs trust the certificate of a test on Linux only")
	}
	t.Parallel()
	commands := readmeCommands(t)
	if len(commands) < 2 || len(commands) > 6 || !strings.HasPrefix(commands[0], "git clone ") {
		t.Fatalf("got %d commands, want git clone and at most five more: %q", len(commands), commands)
	}
	s := newStack(t)
	s.changeDefaults()
	_, url := stage.Lark(t, larktest.App{})
	answers := map[string]string{
		"App ID": larktest.AppID, "App Secret, not shown": stage.AppSecret,
		"Encrypt Key (empty: none), not shown": larktest.EncryptKey, "Verification Token (empty: none), not shown": larktest.VerificationToken,
		"Domain: lark, feishu or a base URL (empty: lark)": url, "Type: custom or marketplace (empty: custom)": "",
	}
	var codes []string
	var bus string
	for _, command := range commands[1:] {
		seen, asked := s.shell(command, answers)
		switch {
		case command == "make deploy":
			s.guided(asked)
			codes = s.codes()
			s.swap()
			s.complete()
			bus = s.probe()
		case command == "go run ./cmd/larkbridge doctor":
			s.firstEvents(seen, bus)
		}
	}
	if !slices.Contains(commands, "make deploy") || !slices.Contains(commands, "go run ./cmd/larkbridge doctor") {
		t.Fatalf("got the commands %q, want make deploy and doctor", commands)
	}
	t.Run("make deploy again", func(t *testing.T) {
		if seen, asked := s.shell("make deploy", nil); len(asked) > 0 || !strings.Contains(seen, "No changes to deploy.") {
			t.Errorf("got the questions %q, want none, and no changes:\n%s", asked, seen)
		}
	})
	t.Run("aws cloudformation", func(t *testing.T) { s.packaged(t, codes) })
}

// readmeCommands are the lines of the shell blocks under "Deploy", without
// their comments.
func readmeCommands(t *testing.T) (commands []string) {
	t.Helper()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(readme), "\n## Deploy\n")
	section, _, _ = strings.Cut(section, "\n## ")
	for _, block := range regexp.MustCompile("(?s)\n```sh\n(.*?)```").FindAllStringSubmatch(section, -1) {
		for line := range strings.Lines(block[1]) {
			line, _, _ = strings.Cut(line, " #")
			if line = strings.TrimSpace(line); line != "" {
				commands = append(commands, line)
			}
		}
	}
	return commands
}

// guided checks the first deployment: what it asks, of which Enter is a good
// answer to each, and what it saves.
func (s *stack) guided(asked []string) {
	s.t.Helper()
	if want := []string{"Stack name", "AWS region", "E-mail for alarms, empty for none"}; !slices.Equal(asked, want) {
		s.t.Errorf("got the questions %q, want %q", asked, want)
	}
	config, err := os.ReadFile(filepath.Join(s.source, "samconfig.toml"))
	if err != nil {
		s.t.Fatal(err)
	}
	for _, want := range []string{"\nbuild_in_source = true\n", "\nstack_name = \"larkbridge\"\n", "\nregion = \"us-east-1\"\n", "\nparameter_overrides = \"Dashboard=on\"\n"} {
		if !strings.Contains(string(config), want) {
			s.t.Errorf("samconfig.toml: got %s, want %s", config, want)
		}
	}
}

// changeDefaults makes the parameters that the emulator needs the defaults of the
// copied template.
func (s *stack) changeDefaults() {
	s.t.Helper()
	path := filepath.Join(s.source, "template.yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, parameter := range emulated {
		name, value, _ := strings.Cut(parameter, "=")
		declared := regexp.MustCompile(`(?m)^(  ` + name + `:\n    Type: \w+\n    Default: ).*$`)
		if !declared.Match(text) {
			s.t.Fatalf("the template has no parameter %s with a default", name)
		}
		text = declared.ReplaceAll(text, []byte("${1}'"+value+"'"))
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// firstEvents pastes the two URLs into the console of Lark, which challenges
// them, and writes to the bot. Then two kinds of events are on the bus: those of
// doctor, and the message.
func (s *stack) firstEvents(doctor, bus string) {
	s.t.Helper()
	if !strings.Contains(doctor, " 0 failed, ") {
		s.t.Errorf("doctor: got %s, want 0 failed", doctor)
	}
	for _, output := range []string{"EventUrl", "CardUrl"} {
		challenge := stage.Delivery([]byte(`{"type":"url_verification","challenge":"c-1","token":"` + larktest.VerificationToken + `"}`))
		challenge.Header = nil // Lark does not sign it
		if status, body := s.post(s.output(output), challenge); status != 200 || body != `{"challenge":"c-1"}` {
			s.t.Errorf("a challenge at %s: got %d %s, want 200 and the challenge", output, status, body)
		}
	}
	message := stage.Payload(s.t, "im.message.receive_v1")
	if status, body := s.post(s.output("EventUrl"), stage.Delivery(message)); status != 200 {
		s.t.Errorf("a message: got %d %s, want 200", status, body)
	}
	var eventIDs []string
	s.await("the first events", func() bool {
		eventIDs = append(eventIDs, s.drain(bus)...)
		return slices.ContainsFunc(eventIDs, func(id string) bool { return strings.HasPrefix(id, "doctor-") }) &&
			slices.ContainsFunc(eventIDs, func(id string) bool { return bytes.Contains(message, []byte(`"event_id":"`+id+`"`)) })
	})
}

// packaged is the path without SAM's own deployment. The functions' zips are
// the same, byte for byte.
func (s *stack) packaged(t *testing.T, codes []string) {
	const bucket = "packages"
	s.run(s.source, "aws", "s3", "mb", "s3://"+bucket)
	s.run(s.source, "aws", "cloudformation", "package", "--template-file", ".aws-sam/build/template.yaml", "--s3-bucket", bucket,
		"--output-template-file", "packaged.yaml")
	s.run(s.source, "aws", append([]string{"cloudformation", "deploy", "--template-file", "packaged.yaml", "--s3-bucket", bucket,
		"--stack-name", "packaged", "--capabilities", "CAPABILITY_IAM", "--parameter-overrides"}, emulated...)...)
	p := &stack{cloud: s.cloud, name: "packaged"}
	p.output("EventUrl")
	if got := p.codes(); !slices.Equal(got, codes) {
		t.Errorf("the functions: got %q, want those that SAM deployed, %q", got, codes)
	}
}
