package template_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// evaluate returns the value of an expression of CloudWatch's metric math, as
// far as the template uses it: +, *, /, >, FILL, MAX and IF. A metric without data is
// NaN. But for the brackets of its lists the syntax is Go's.
func evaluate(t *testing.T, expression string, values map[string]float64) float64 {
	t.Helper()
	tree, err := parser.ParseExpr(strings.NewReplacer("([", "(", "])", ")").Replace(expression))
	if err != nil {
		t.Fatalf("metric math %s: %v", expression, err)
	}
	return evaluateNode(t, tree, values)
}

func evaluateNode(t *testing.T, node ast.Expr, values map[string]float64) float64 {
	t.Helper()
	switch n := node.(type) {
	case *ast.BasicLit:
		if value, err := strconv.ParseFloat(n.Value, 64); err == nil {
			return value
		}
	case *ast.Ident:
		if value, ok := values[n.Name]; ok {
			return value
		}
	case *ast.ParenExpr:
		return evaluateNode(t, n.X, values)
	case *ast.BinaryExpr:
		x, y := evaluateNode(t, n.X, values), evaluateNode(t, n.Y, values)
		switch n.Op {
		case token.ADD:
			return x + y
		case token.MUL:
			return x * y
		case token.QUO:
			return x / y
		case token.GTR:
			if x > y {
				return 1
			}
			return 0
		}
	case *ast.CallExpr:
		var args []float64
		for _, arg := range n.Args {
			args = append(args, evaluateNode(t, arg, values))
		}
		switch name, _ := n.Fun.(*ast.Ident); {
		case name != nil && name.Name == "MAX":
			return slices.Max(args)
		case name != nil && name.Name == "IF" && args[0] != 0:
			return args[1]
		case name != nil && name.Name == "IF":
			return args[2]
		case name != nil && name.Name == "FILL" && !math.IsNaN(args[0]):
			return args[0]
		case name != nil && name.Name == "FILL":
			return args[1]
		}
	}
	t.Fatalf("%T of metric math is not known here", node)
	return 0
}

func TestEvaluate(t *testing.T) {
	values := map[string]float64{"a": 1, "b": 4, "none": math.NaN()}
	for expression, want := range map[string]float64{
		"a + b * 2":                  9,
		"FILL(none, 0) + FILL(b, 0)": 4,
		"MAX([a, b, 2])":             4,
		"IF(b > a, 7, 8)":            7,
		"IF(a > b, 7, 8)":            8,
		"100 * MAX([FILL(none, 0) / 2, FILL(b, 0) / 8])": 50,
	} {
		if got := evaluate(t, expression, values); got != want {
			t.Errorf("%s: got %v, want %v", expression, got, want)
		}
	}
	if got := evaluate(t, "none + a", values); !math.IsNaN(got) {
		t.Errorf("a sum with a metric without data: got %v, want NaN", got)
	}
}
