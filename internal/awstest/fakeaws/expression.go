package fakeaws

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// expression reads those of DynamoDB's expressions that lib/store uses: conditions with
// OR, AND, attribute_not_exists and comparisons, and updates with SET and REMOVE. Paths
// are names of attributes only. It refuses everything else.
type expression struct {
	in      itemRequest
	item    Item // before the update
	tokens  []string
	refused *refusal
}

var tokenPattern = regexp.MustCompile(`[A-Za-z_#:][A-Za-z0-9_]*|<>|\S`)

func newExpression(in itemRequest, item Item, text string) *expression {
	return &expression{in: in, item: item, tokens: tokenPattern.FindAllString(text, -1)}
}

// evaluate reports whether the condition of a request holds for an item, which is nil if
// there is none.
func evaluate(in itemRequest, item Item) (bool, *refusal) {
	if in.ConditionExpression == "" {
		return true, nil
	}
	e := newExpression(in, item, in.ConditionExpression)
	holds := e.or()
	if len(e.tokens) > 0 {
		e.fail("unexpected " + e.tokens[0])
	}
	return holds, e.refused
}

// update returns the item after the update expression of a request.
func update(in itemRequest, item Item) (Item, *refusal) {
	changed := maps.Clone(item)
	if changed == nil {
		changed = maps.Clone(in.Key)
	}
	e := newExpression(in, item, in.UpdateExpression)
	for len(e.tokens) > 0 {
		switch clause := e.next(); clause {
		case "SET":
			e.list(func(name string) {
				e.expect("=")
				changed[name] = e.operand()
			})
		case "REMOVE":
			e.list(func(name string) { delete(changed, name) })
		default:
			e.fail("unexpected " + clause)
		}
	}
	return changed, e.refused
}

// list calls do for each of the attributes of a clause, which are separated by commas.
func (e *expression) list(do func(name string)) {
	for more := true; more; more = e.accept(",") {
		do(e.path(e.next()))
	}
}

func (e *expression) fail(problem string) {
	if e.refused == nil {
		e.refused = refuse("ValidationException", "Invalid expression: %s", problem)
	}
	e.tokens = nil
}

// accept takes the next token if it is the given one.
func (e *expression) accept(token string) bool {
	if len(e.tokens) == 0 || e.tokens[0] != token {
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
		right := e.and() // in a statement of its own, so that the right side is always read
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
	case e.accept("("):
		holds := e.or()
		e.expect(")")
		return holds
	case e.accept("attribute_not_exists"):
		e.expect("(")
		_, exists := e.item[e.path(e.next())]
		e.expect(")")
		return !exists
	}
	left, operator := e.operand(), e.next()
	if !slices.Contains([]string{"=", "<>", "<"}, operator) {
		e.fail("unexpected " + operator)
	}
	return compare(left, operator, e.operand())
}

// path returns the name of an attribute, for which the token may be a placeholder.
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

// operand returns the value of a placeholder or of an attribute, nil if the item does
// not have the attribute.
func (e *expression) operand() Value {
	token := e.next()
	if !strings.HasPrefix(token, ":") {
		return e.item[e.path(token)]
	}
	value, ok := e.in.ExpressionAttributeValues[token]
	if !ok {
		e.fail("an expression attribute value used in expression is not defined: " + token)
	}
	return value
}

// compare compares two strings or two numbers. As in DynamoDB, values of other types
// differ, and so does an attribute that does not exist.
func compare(left Value, operator string, right Value) bool {
	var order int
	switch a, b := number(left), number(right); {
	case a != nil && b != nil:
		order = cmp.Compare(*a, *b)
	case left["S"] != nil && right["S"] != nil:
		order = cmp.Compare(left.string(), right.string())
	default:
		return operator == "<>"
	}
	switch operator {
	case "=":
		return order == 0
	case "<>":
		return order != 0
	}
	return order < 0
}

// number returns the number in a value, nil if it has none.
func number(v Value) *float64 {
	text, _ := v["N"].(string)
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil
	}
	return &n
}
