package send

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/larkbridge/larkbridge/lib/send/request"
)

// toolName returns the name of the tool that an AgentCore Gateway calls, "" for any other
// invocation. The gateway puts the name of its target before it, with three underscores
// between them (docs.aws.amazon.com/bedrock-agentcore, "Lambda function targets").
func toolName(lc *lambdacontext.LambdaContext) string {
	name := lc.ClientContext.Custom["bedrockAgentCoreToolName"]
	if _, tool, ok := strings.Cut(name, "___"); ok {
		return tool
	}
	return name
}

// runTool carries out the request of a tool. A failure is output, which the model reads.
func (s *Sender) runTool(ctx context.Context, from origin, name string, arguments map[string]jsontext.Value, limit int) Result {
	j := job{origin: from}
	if j.req, j.err = request.FromTool(name, arguments); j.err == nil {
		j.req.OnError = "return"
	}
	r, _ := s.do(ctx, j).within(limit, 0)
	return r
}

// runGateway answers an AgentCore Gateway, whose payload is the arguments.
func (s *Sender) runGateway(ctx context.Context, from origin, name string, payload []byte) Response {
	var arguments map[string]jsontext.Value
	if err := json.Unmarshal(payload, &arguments); err != nil {
		arguments = nil // then the required ones are missing
	}
	return Response{Results: []Result{s.runTool(ctx, from, name, arguments, maxOutput)}, single: true}
}

// maxActionOutput is how many bytes an agent of Bedrock takes as the answer of an action
// group, which is 25 KB, less some room (docs.aws.amazon.com/bedrock, "agents-lambda").
const maxActionOutput = 20_000

// action is what an agent of Bedrock sends to the function of an action group that is
// defined by function details.
type action struct {
	MessageVersion string `json:"messageVersion"`
	ActionGroup    string `json:"actionGroup"`
	Function       string `json:"function"`
	Parameters     []struct {
		Name  string `json:"name"`
		Type  string `json:"type"`
		Value string `json:"value"`
	} `json:"parameters"`
}

// actionResponse is what the agent gets back.
type actionResponse struct {
	MessageVersion string `json:"messageVersion"`
	Response       struct {
		ActionGroup      string `json:"actionGroup"`
		Function         string `json:"function"`
		FunctionResponse struct {
			ResponseState string `json:"responseState,omitempty"`
			ResponseBody  struct {
				Text struct {
					Body string `json:"body"`
				} `json:"TEXT"`
			} `json:"responseBody"`
		} `json:"functionResponse"`
	} `json:"response"`
}

// readAction reports whether a payload comes from an agent of Bedrock.
func readAction(payload []byte) (a action, ok bool) {
	err := json.Unmarshal(payload, &a)
	return a, err == nil && a.MessageVersion != "" && a.ActionGroup != "" && a.Function != ""
}

// runAction answers an agent of Bedrock, whose arguments are texts with types.
func (s *Sender) runAction(ctx context.Context, from origin, a action) (actionResponse, error) {
	arguments := map[string]jsontext.Value{}
	for _, p := range a.Parameters {
		value := jsontext.Value(p.Value)
		if p.Type == "string" || !value.IsValid() {
			text, err := json.Marshal(p.Value)
			if err != nil {
				return actionResponse{}, err
			}
			value = text
		}
		arguments[p.Name] = value
	}
	result := s.runTool(ctx, from, a.Function, arguments, maxActionOutput)
	body, err := json.Marshal(result)
	if err != nil {
		return actionResponse{}, err
	}
	out := actionResponse{MessageVersion: a.MessageVersion}
	out.Response.ActionGroup, out.Response.Function = a.ActionGroup, a.Function
	out.Response.FunctionResponse.ResponseBody.Text.Body = string(body)
	if !result.OK {
		out.Response.FunctionResponse.ResponseState = "REPROMPT" // so that the model tries another way
	}
	return out, nil
}
