package harness

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

// cli lets the first version of the AWS CLI reach the emulator's queues: for
// SQS it takes an endpoint of its own over AWS_ENDPOINT_URL.
const cli = `aws() { if [ "$1" = sqs ]; then shift; command aws --endpoint-url "$AWS_ENDPOINT_URL" sqs "$@"; else command aws "$@"; fi; }
`

// Shell runs a script with `sh -e`, as a person would who has the emulator for
// an AWS account: with the AWS CLI on the path. It returns what the script
// wrote to its standard output; the error has the rest.
func (e *Emulator) Shell(ctx context.Context, script string, env ...string) (string, error) {
	bin, err := filepath.Abs(filepath.Dir(e.cmd.Path))
	if err != nil {
		return "", fmt.Errorf("find the AWS CLI: %w", err)
	}
	if _, err := os.Stat(filepath.Join(bin, "aws")); errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("no AWS CLI in %s: `make test` installs it", bin)
	}
	home, err := os.MkdirTemp("", "larkbridge-home-") // without anybody's profile
	if err != nil {
		return "", fmt.Errorf("make home directory: %w", err)
	}
	defer os.RemoveAll(home)
	cmd := exec.CommandContext(ctx, "sh", "-e", "-c", cli+script)
	cmd.Dir = home
	cmd.Env = append(append(e.Env(), "AWS_DEFAULT_REGION=us-east-1", "AWS_PAGER=", "HOME="+home,
		"PATH="+bin+":/usr/bin:/bin"), env...)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("run the script: %w\n%s", err, problems.Bytes())
	}
	return out.String(), nil
}
