package main

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/larkbridge/larkbridge/lib/version"
)

// introduction is the comment at the top of a packaged template.
const introduction = `# %s, made by "make release". The functions' code is in zips: %s.
# Deploy it with: sam deploy --guided --template-file template.yaml --capabilities CAPABILITY_IAM
`

var (
	// sourceCode is where the repository's template says what SAM builds the functions from.
	sourceCode = regexp.MustCompile(`(?m)^(    #.*\n)*    CodeUri: \.\n`)
	// function is the beginning of a function; its name becomes the name of the zip.
	function = regexp.MustCompile(`(?m)^  (\w+)Function:\n    Type: AWS::Serverless::Function\n    Metadata:\n      BuildMethod: makefile\n    Properties:\n`)
)

// architecture is the parameter that says for which processor the zips are.
var architecture = regexp.MustCompile(`(?m)^(  Architecture:\n    Type: String\n)    Default: arm64\n    AllowedValues: \[arm64, x86_64\]\n`)

// lambdaArchitectures has Lambda's names of what Go builds for.
var lambdaArchitectures = map[string]string{"arm64": "arm64", "amd64": "x86_64"}

// packaged returns the template with the functions' zips in place of their
// sources. The code's prefix stands before the name of each zip. The parameter
// Architecture can only be what the zips were built for.
func packaged(template []byte, code, arch string) ([]byte, error) {
	built, ok := lambdaArchitectures[arch]
	if !ok {
		return nil, fmt.Errorf("the architecture is %q, want arm64 or amd64", arch)
	}
	if !architecture.Match(template) {
		return nil, errors.New("got no parameter Architecture as make release expects it, want one")
	}
	template = architecture.ReplaceAll(template, []byte("${1}    Default: "+built+"\n    AllowedValues: ["+built+"]\n"))
	if n := len(sourceCode.FindAll(template, -1)); n != 1 {
		return nil, fmt.Errorf("got %d lines CodeUri with the sources, want 1", n)
	}
	if got, want := len(function.FindAll(template, -1)), bytes.Count(template, []byte("AWS::Serverless::Function")); got != want || got == 0 {
		return nil, fmt.Errorf("got %d functions that begin as make release expects, want %d", got, want)
	}
	template = sourceCode.ReplaceAll(template, nil)
	template = function.ReplaceAllFunc(template, func(head []byte) []byte {
		name := string(function.FindSubmatch(head)[1])
		return fmt.Appendf(nil, "  %sFunction:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: %s%s.zip\n", name, code, strings.ToLower(name))
	})
	place := "beside this file, from where SAM uploads them"
	if code != "" {
		place = "under " + code
	}
	return append(fmt.Appendf(nil, introduction, version.Product, place), template...), nil
}
