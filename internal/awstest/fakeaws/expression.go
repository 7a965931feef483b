package fakeaws

import (
	"cmp"
	"math/big"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// expression reads DynamoDB's expressions: conditions, and updates with SET,
// REMOVE and ADD. Paths are names of attributes only.
type expression struct {
	in     itemRequest
	item   Item // as it was before
	tokens []string
	failed *refusal
}

var tokenPattern = regexp.MustCompile(`[A-Za-z_#:][A-Za-z0-9_]*|<>|<=|>=|[=<>(),+-]|\S`)

func newExpression(in itemRequest, item Item, text string) *expression {
	return &expression{in: in, item: item, tokens: tokenPattern.FindAllString(text, -1)}
}

// evaluate reports whether the condition of a request holds for an item, which
// is nil if there is none.
func evaluate(in itemRequest, item Item) (bool, *refusal) {
	e := newExpression(in, item, in.ConditionExpression)
	holds := e.or()
	if len(e.tokens) > 0 {
		e.fail("unexpected " + e.tokens[0])
	}
	return holds, e.failed
}

func (e *expression) fail(what string) {
	if e.failed == nil {
		e.failed = refuse("ValidationException", "Invalid expression: %s", what)
	}
	e.tokens = nil
}

// accept takes the next token if it is the given one.
func (e *expression) accept(token string) bool {
	if len(e.tokens) == 0 || !strings.EqualFold(e.tokens[0], token) {
		return false
	}
	e.tokens = e.tokens[1:]
	return true
}

func (e *expression) expect(token string) {
	if !e.accept(token) {
		e.fail("want " + token)
	}
}

func (e *expression) next() string {
	if len(e.tokens) == 0 {
		e.fail("it ends too early")
		return ""
	}
	token := e.tokens[0]
	e.tokens = e.tokens[1:]
	return token
}

func (e *expression) or() bool {
	holds := e.and()
	for e.accept("OR") {
		right := e.and() // not in one step: the right side must be read, too
		holds = holds || right
	}
	return holds
}

func (e *expression) and() bool {
	holds := e.condition()
	for e.accept("AND") {
		right := e.condition()
		holds = holds && right
	}
	return holds
}

func (e *expression) condition() bool {
	switch {
	case e.accept("NOT"):
		return !e.condition()
	case e.accept("("):
		holds := e.or()
		e.expect(")")
		return holds
	case e.accept("attribute_exists"):
		return e.exists()
	case e.accept("attribute_not_exists"):
		return !e.exists()
	}
	left := e.operand()
	if e.accept("BETWEEN") {
		low := e.operand()
		e.expect("AND")
		high := e.operand()
		return compare(left, ">=", low) && compare(left, "<=", high)
	}
	operator := e.next()
	return compare(left, operator, e.operand())
}

func (e *expression) exists() bool {
	e.expect("(")
	_, ok := e.item[e.path(e.next())]
	e.expect(")")
	return ok
}

// path resolves a placeholder for a name.
func (e *expression) path(token string) string {
	if !strings.HasPrefix(token, "#") {
		return token
	}
	name, ok := e.in.ExpressionAttributeNames[token]
	if !ok {
		e.fail("an expression attribute name used in the document path is not defined: " + token)
	}
	return name
}

// operand is the value of an attribute, a placeholder or a function; nil is the
// value of an attribute that is not there.
func (e *expression) operand() Value {
	token := e.next()
	switch {
	case strings.HasPrefix(token, ":"):
		value, ok := e.in.ExpressionAttributeValues[token]
		if !ok {
			e.fail("an expression attribute value used in expression is not defined: " + token)
		}
		return value
	case strings.EqualFold(token, "if_not_exists"):
		e.expect("(")
		name := e.path(e.next())
		e.expect(",")
		value := e.operand()
		e.expect(")")
		if present, ok := e.item[name]; ok {
			return present
		}
		return value
	}
	return e.item[e.path(token)]
}

// compare is false where a side is missing or the types differ, as DynamoDB has
// it.
func compare(left Value, operator string, right Value) bool {
	if left == nil || right == nil {
		return operator == "<>" && (left == nil) != (right == nil)
	}
	var order int
	switch a, b := number(left), number(right); {
	case a != nil && b != nil:
		order = a.Cmp(b)
	case left["S"] != nil && right["S"] != nil:
		order = cmp.Compare(left.string(), right.string())
	case operator == "=" || operator == "<>":
		return reflect.DeepEqual(left, right) == (operator == "=")
	default:
		return false
	}
	switch operator {
	case "=":
		return order == 0
	case "<>":
		return order != 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	case ">=":
		return order >= 0
	}
	return false
}

// number is the value of an N, else nil.
func number(v Value) *big.Rat {
	text, ok := v["N"].(string)
	if !ok {
		return nil
	}
	n, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil
	}
	return n
}

var clauses = []string{"SET", "REMOVE", "ADD", "DELETE"}

// parseUpdate carries out an update expression on changed, which begins as a
// copy of item.
func parseUpdate(in itemRequest, item, changed Item) *refusal {
	e := newExpression(in, item, in.UpdateExpression)
	for len(e.tokens) > 0 {
		switch clause := strings.ToUpper(e.next()); clause {
		case "SET":
			e.list(func(name string) {
				e.expect("=")
				changed[name] = e.sum()
			})
		case "REMOVE":
			e.list(func(name string) { delete(changed, name) })
		case "ADD":
			e.list(func(name string) { changed[name] = add(e.item[name], e.operand(), 1) })
		default:
			e.fail("unknown clause " + clause)
		}
	}
	return e.failed
}

// list reads what a clause does to one attribute after the other.
func (e *expression) list(do func(name string)) {
	for {
		do(e.path(e.next()))
		if !e.accept(",") {
			break
		}
	}
	if len(e.tokens) > 0 && !slices.Contains(clauses, strings.ToUpper(e.tokens[0])) {
		e.fail("unexpected " + e.tokens[0])
	}
}

func (e *expression) sum() Value {
	value := e.operand()
	switch {
	case e.accept("+"):
		return add(value, e.operand(), 1)
	case e.accept("-"):
		return add(value, e.operand(), -1)
	}
	return value
}

// add is the sum of two numbers; what is no number counts as zero.
func add(left, right Value, sign int64) Value {
	total := new(big.Rat)
	if n := number(left); n != nil {
		total.Add(total, n)
	}
	if n := number(right); n != nil {
		total.Add(total, new(big.Rat).Mul(n, big.NewRat(sign, 1)))
	}
	if total.IsInt() {
		return Value{"N": total.Num().String()}
	}
	return Value{"N": total.FloatString(10)}
}
