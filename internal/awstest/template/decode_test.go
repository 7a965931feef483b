package template_test

import (
	"encoding/json"
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/template"
)

func TestDecode(t *testing.T) {
	var got struct {
		I, J template.Int
		F    template.Float
		B, C template.Bool
		L, M template.List
	}
	doc := `{"I":1,"J":"2","F":"1.5","B":true,"C":"true","L":"a","M":["b","c"]}`
	if err := json.Unmarshal([]byte(doc), &got); err != nil || got.I != 1 || got.J != 2 || got.F != 1.5 || !got.B || !got.C || len(got.L) != 1 || len(got.M) != 2 {
		t.Errorf("%+v, %v", got, err)
	}
	for _, bad := range []string{`{"I":"x"}`, `{"I":1.5}`, `{"F":"x"}`, `{"B":"yes"}`, `{"L":{}}`} {
		if err := json.Unmarshal([]byte(bad), &got); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}
