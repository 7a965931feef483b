package account

import (
	"math"
	"testing"
)

func TestEvaluate(t *testing.T) {
	values := map[string]float64{"a": 1, "b": 4, "none": math.NaN()}
	for expression, want := range map[string]float64{
		"a + b * 2":                  9,
		"(a + b) * 2 - 1":            9,
		"FILL(none, 0) + FILL(b, 0)": 4,
		"MAX([a, b, 2])":             4,
		"SUM([a, b])":                5,
		"100 * MAX([FILL(none, 0) / 2, FILL(b, 0) / 8])": 50,
	} {
		if got, err := evaluate(expression, values); err != nil || got != want {
			t.Errorf("%s: %v, %v, want %v", expression, got, err, want)
		}
	}
	if got, err := evaluate("none + a", values); err != nil || !math.IsNaN(got) {
		t.Errorf("a sum with nothing in it is %v, %v", got, err)
	}
	for _, expression := range []string{"a +", "c", "MIN([a, b])", "FILL(a)", "a % b", "\"a\"", "MAX([c])", "c + a", "a + c"} {
		if got, err := evaluate(expression, values); err == nil {
			t.Errorf("%s is %v", expression, got)
		}
	}
}
