package template

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Route is one way from an HTTP API to a function.
type Route struct {
	API      string // logical id
	Method   string // ANY for all
	Path     string // with {parameters}, as API Gateway has it
	Function string // ARN
	Payload  string // version of the format
}

// Routes returns the routes of the template's HTTP APIs, which SAM writes into
// their OpenAPI definitions.
func (t *Template) Routes() ([]Route, error) {
	var all []Route
	for _, r := range t.Of("AWS::ApiGatewayV2::Api") {
		var p struct {
			Body struct {
				Paths map[string]map[string]struct {
					Integration struct{ Type, URI, PayloadFormatVersion string } `json:"x-amazon-apigateway-integration"`
				}
			}
		}
		if err := r.Decode(&p); err != nil {
			return nil, err
		}
		for _, path := range slices.Sorted(maps.Keys(p.Body.Paths)) {
			methods := p.Body.Paths[path]
			for _, method := range slices.Sorted(maps.Keys(methods)) {
				to := methods[method].Integration
				_, function, ok := strings.Cut(strings.TrimSuffix(to.URI, "/invocations"), "/functions/")
				if to.Type != "aws_proxy" || !ok {
					return nil, fmt.Errorf("resource %s: %s %s leads to no function", r.ID, method, path)
				}
				if method == "x-amazon-apigateway-any-method" {
					method = "any"
				}
				all = append(all, Route{API: r.ID, Method: strings.ToUpper(method), Path: path, Function: function, Payload: to.PayloadFormatVersion})
			}
		}
	}
	return all, nil
}
