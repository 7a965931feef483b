package operate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/larkbridge/larkbridge/lib/sign"
)

// Outputs is what only the deployment knows of a stack.
type Outputs struct {
	EventURL, CardURL string
	Prefix            string // of the settings' parameters
}

// described is the part of DescribeStacks' answer that matters here.
type described struct {
	Stacks []struct {
		Outputs []struct {
			Key   string `xml:"OutputKey"`
			Value string `xml:"OutputValue"`
		} `xml:"Outputs>member"`
		Parameters []struct {
			Key   string `xml:"ParameterKey"`
			Value string `xml:"ParameterValue"`
		} `xml:"Parameters>member"`
	} `xml:"DescribeStacksResult>Stacks>member"`
	// An error's answer has these instead.
	Code    string `xml:"Error>Code"`
	Message string `xml:"Error>Message"`
}

// FindOutputs asks CloudFormation about a stack. The endpoint is "" for AWS's
// own. One call is not worth a client.
func FindOutputs(ctx context.Context, config aws.Config, endpoint string, stack Stack, now time.Time) (Outputs, error) {
	if endpoint == "" {
		endpoint = "https://" + sign.Host(config, "cloudformation")
	}
	form := url.Values{"Action": {"DescribeStacks"}, "Version": {"2010-05-15"}, "StackName": {string(stack)}}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(endpoint, "/")+"/", strings.NewReader(form))
	if err != nil {
		return Outputs{}, fmt.Errorf("addressing CloudFormation: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	sum := sha256.Sum256([]byte(form))
	resp, err := sign.Do(ctx, config, "cloudformation", req, hex.EncodeToString(sum[:]), now)
	if err != nil {
		return Outputs{}, fmt.Errorf("asking CloudFormation: %w", err)
	}
	defer resp.Body.Close()
	return readOutputs(resp)
}

func readOutputs(resp *http.Response) (Outputs, error) {
	var d described
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxRead))
	if err != nil {
		return Outputs{}, fmt.Errorf("reading CloudFormation's answer: %w", err)
	}
	switch err := xml.Unmarshal(body, &d); {
	case d.Code != "":
		return Outputs{}, fmt.Errorf("CloudFormation says %s: %s", d.Code, d.Message)
	case err != nil || resp.StatusCode != http.StatusOK || len(d.Stacks) != 1:
		return Outputs{}, errors.New("CloudFormation's answer cannot be read: " + resp.Status)
	}
	var o Outputs
	for _, out := range d.Stacks[0].Outputs {
		switch out.Key {
		case "EventUrl":
			o.EventURL = out.Value
		case "CardUrl":
			o.CardURL = out.Value
		}
	}
	for _, p := range d.Stacks[0].Parameters {
		if p.Key == "ParameterPrefix" {
			o.Prefix = p.Value
		}
	}
	return o, nil
}

// maxRead is the size in bytes up to which an answer is read.
const maxRead = 1 << 20
