// Command maketools writes schemas/tools.json, which describes the tools of send to an
// AgentCore Gateway and to MCP: `go generate ./schemas`. What the arguments are it takes
// from schemas/send.schema.json.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/larkbridge/larkbridge/lib/send/request"
)

func main() {
	log.SetFlags(0)
	if err := run("."); err != nil {
		log.Fatal("maketools: ", err)
	}
}

// run writes tools.json in the folder of the schemas.
func run(folder string) error {
	doc, err := tools(folder)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "tools.json"), doc, 0o644)
}

// definition is a tool as a gateway takes it (bedrock-agentcore, ToolDefinition).
type definition struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	InputSchema input  `json:"inputSchema"`
}

type input struct {
	Type       string              `json:"type"`
	Properties map[string]property `json:"properties"`
	Required   []string            `json:"required,omitempty"`
}

type property struct {
	Type        string `json:"type"`
	Description string `json:"description"`
}

// tools returns the content of tools.json.
func tools(folder string) ([]byte, error) {
	doc, err := os.ReadFile(filepath.Join(folder, "send.schema.json"))
	if err != nil {
		return nil, err
	}
	var root struct {
		Defs map[string]node `json:"$defs"`
	}
	if err := json.Unmarshal(doc, &root); err != nil {
		return nil, fmt.Errorf("reading the schema: %w", err)
	}
	var all []definition
	for _, tool := range request.Tools() {
		d := definition{tool.Name, tool.About, input{Type: "object", Properties: map[string]property{}}}
		for _, a := range tool.Arguments {
			p := property{Type: "string", Description: a.About}
			if a.About == "" {
				if p, err = find(root.Defs, a.Path); err != nil {
					return nil, fmt.Errorf("tool %s: %w", tool.Name, err)
				}
			}
			d.InputSchema.Properties[a.Name] = p
			if a.Required {
				d.InputSchema.Required = append(d.InputSchema.Required, a.Name)
			}
		}
		all = append(all, d)
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err = e.Encode(all)
	return out.Bytes(), err
}

// node is what the generator reads of a schema.
type node struct {
	Ref         string          `json:"$ref"`
	Type        any             `json:"type"` // some have a list
	Description string          `json:"description"`
	Properties  map[string]node `json:"properties"`
}

// find returns the type and the description of the field of a request at a path.
func find(defs map[string]node, path string) (property, error) {
	at := defs["request"]
	for name := range strings.SplitSeq(path, ".") {
		next, ok := at.Properties[name]
		if !ok {
			return property{}, fmt.Errorf("the schema has no field %s", path)
		}
		if at = next; at.Ref != "" {
			at = defs[strings.TrimPrefix(at.Ref, "#/$defs/")]
		}
	}
	kind, ok := at.Type.(string)
	if !ok || at.Description == "" {
		return property{}, fmt.Errorf("the field %s has no single type or no description", path)
	}
	return property{kind, at.Description}, nil
}
