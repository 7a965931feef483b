package account

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"slices"
	"strconv"
	"strings"
)

// evaluate is CloudWatch's metric math, as far as the template uses it: + - *
// /, FILL, MAX and SUM. But for the lists' brackets its syntax is Go's. A
// metric without data is NaN.
func evaluate(expression string, values map[string]float64) (float64, error) {
	tree, err := parser.ParseExpr(strings.NewReplacer("([", "(", "])", ")").Replace(expression))
	if err != nil {
		return 0, fmt.Errorf("metric math %s: %w", expression, err)
	}
	value, err := walk(tree, values)
	if err != nil {
		return 0, fmt.Errorf("metric math %s: %w", expression, err)
	}
	return value, nil
}

func walk(node ast.Expr, values map[string]float64) (float64, error) {
	switch n := node.(type) {
	case *ast.BasicLit:
		return strconv.ParseFloat(n.Value, 64)
	case *ast.Ident:
		if value, ok := values[n.Name]; ok {
			return value, nil
		}
	case *ast.ParenExpr:
		return walk(n.X, values)
	case *ast.BinaryExpr:
		return operate(n, values)
	case *ast.CallExpr:
		if name, ok := n.Fun.(*ast.Ident); ok {
			return apply(name.Name, n.Args, values)
		}
	}
	return 0, fmt.Errorf("%T is not known here", node)
}

func operate(n *ast.BinaryExpr, values map[string]float64) (float64, error) {
	x, err := walk(n.X, values)
	if err != nil {
		return 0, err
	}
	y, err := walk(n.Y, values)
	if err != nil {
		return 0, err
	}
	switch n.Op {
	case token.ADD:
		return x + y, nil
	case token.SUB:
		return x - y, nil
	case token.MUL:
		return x * y, nil
	case token.QUO:
		return x / y, nil
	}
	return 0, fmt.Errorf("%s is not known here", n.Op)
}

func apply(name string, list []ast.Expr, values map[string]float64) (float64, error) {
	var args []float64
	for _, arg := range list {
		value, err := walk(arg, values)
		if err != nil {
			return 0, err
		}
		args = append(args, value)
	}
	switch {
	case name == "FILL" && len(args) == 2:
		if math.IsNaN(args[0]) {
			return args[1], nil
		}
		return args[0], nil
	case name == "MAX" && len(args) > 0:
		return slices.Max(args), nil
	case name == "SUM" && len(args) > 0:
		sum := 0.0
		for _, value := range args {
			sum += value
		}
		return sum, nil
	}
	return 0, fmt.Errorf("%s with %d arguments is not known here", name, len(args))
}
