package pattern

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// The limits of numbers that are compared: from -5.0e9 to 5.0e9, with six digits to the
// right of the decimal point.
const (
	maxMillionths = 5_000_000_000 * 1_000_000
	maxExponent   = 400 // beyond it, a number is out of these limits or zero
)

// numeric returns the matcher of the operator numeric: one comparison, or a lower and
// then an upper bound.
func numeric(operand value) (matcher, error) {
	terms := operand.elements
	if operand.kind != array || len(terms) != 2 && len(terms) != 4 {
		return nil, errors.New("numeric takes a list of one comparison, or of a lower and an upper bound")
	}
	first, err := comparison(terms[0], terms[1], "=", "<", "<=", ">", ">=")
	if err != nil || len(terms) == 2 {
		return first, err
	}
	lower, err := comparison(terms[0], terms[1], ">", ">=")
	if err != nil {
		return nil, err
	}
	upper, err := comparison(terms[2], terms[3], "<", "<=")
	if err != nil {
		return nil, err
	}
	bottom, _ := millionths(terms[1].text)
	if top, _ := millionths(terms[3].text); bottom >= top {
		return nil, errors.New("the lower bound of numeric must be less than the upper one")
	}
	return func(v value) bool { return lower(v) && upper(v) }, nil
}

// comparison returns the matcher of an operator, which must be one of allowed, and a
// number.
func comparison(operator, operand value, allowed ...string) (matcher, error) {
	if operator.kind != str || !slices.Contains(allowed, operator.text) {
		return nil, fmt.Errorf("numeric takes one of %s here, not %q", strings.Join(allowed, " "), operator.text)
	}
	if operand.kind != number {
		return nil, fmt.Errorf("numeric takes a number after %q", operator.text)
	}
	return compareNumber(operator.text, operand)
}

func compareNumber(operator string, operand value) (matcher, error) {
	want, ok := millionths(operand.text)
	if !ok {
		return nil, fmt.Errorf("the number %s is not between -5.0e9 and 5.0e9 with at most six decimals", operand.text)
	}
	return func(v value) bool {
		got, ok := millionths(v.text)
		if v.kind != number || !ok {
			return false
		}
		switch operator {
		case "<":
			return got < want
		case "<=":
			return got <= want
		case ">":
			return got > want
		case ">=":
			return got >= want
		}
		return got == want
	}, nil
}

// millionths returns a JSON number in millionths, false if it is outside the limits.
func millionths(text string) (int64, bool) {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(text), "e")
	if n, err := strconv.Atoi(exponent); exponent != "" && (err != nil || max(n, -n) > maxExponent) || len(mantissa) > maxExponent {
		return 0, false // so that a short text cannot make a huge number
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return 0, false
	}
	r.Mul(r, big.NewRat(1_000_000, 1))
	if !r.IsInt() || r.Num().CmpAbs(big.NewInt(maxMillionths)) > 0 {
		return 0, false
	}
	return r.Num().Int64(), true
}
