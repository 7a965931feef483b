package template_test

import (
	"strings"

	"github.com/larkbridge/larkbridge/internal/awstest/template"
)

func checkAPI(fx *fixture) (f findings) {
	staged := make(map[string]bool)
	for _, r := range fx.Of("AWS::ApiGatewayV2::Stage") {
		var p struct {
			ApiID                string `json:"ApiId"`
			DefaultRouteSettings struct{ ThrottlingRateLimit, ThrottlingBurstLimit template.Float }
			AccessLogSettings    struct{ DestinationArn, Format string }
		}
		if err := r.Decode(&p); err != nil {
			f.add("%v", err)
		}
		staged[p.ApiID] = true
		if limit := p.DefaultRouteSettings; limit.ThrottlingRateLimit <= 0 || limit.ThrottlingBurstLimit <= 0 {
			f.add("stage %s: takes as much as the account may", r.ID)
		}
		log := fx.ByARN(strings.TrimSuffix(p.AccessLogSettings.DestinationArn, ":*"))
		if log == nil || log.Type != "AWS::Logs::LogGroup" || p.AccessLogSettings.Format == "" {
			f.add("stage %s: no access log", r.ID)
		}
	}
	for _, api := range fx.Of("AWS::ApiGatewayV2::Api") {
		if !staged[api.Name] {
			f.add("API %s: no stage", api.ID)
		}
	}
	return f
}
