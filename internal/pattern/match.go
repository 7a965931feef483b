package pattern

import "slices"

// leaf is what the values of one field must be.
type leaf struct {
	absent   bool // whether the field may be absent
	matchers []matcher
}

// matcher reports whether a scalar matches.
type matcher func(value) bool

func (l *leaf) matches(v value) bool {
	return slices.ContainsFunc(l.matchers, func(m matcher) bool { return m(v) })
}

// node is a field of a rule and the fields below it.
type node struct {
	leaf     *leaf // nil: only the fields below it matter
	children map[string]*node
}

// matches reports whether a rule matches an event. An array stands for each of its
// elements, and fields that are in one array must match in the same element of it.
func (n *node) matches(event value) bool {
	open := map[*node]bool{}
	n.findOpen(open)
	n.close(event, open)
	return n.match(event, false, open)
}

// findOpen collects the nodes whose field may be absent.
func (n *node) findOpen(open map[*node]bool) {
	if n.leaf != nil && n.leaf.absent {
		open[n] = true
	}
	for _, child := range n.children {
		child.findOpen(open)
	}
}

// close removes the nodes whose field is somewhere in v. The field must be a scalar:
// objects and empty arrays count as absent.
func (n *node) close(v value, open map[*node]bool) {
	if v.scalar() {
		delete(open, n)
	}
	for _, e := range v.elements {
		n.close(e, open)
	}
	for _, m := range v.members {
		if child := n.children[m.name]; child != nil {
			child.close(m.value, open)
		}
	}
}

// match reports whether v matches the node and all below it; matched is whether the
// node's own leaf matches already, and open are the nodes that match by absence.
func (n *node) match(v value, matched bool, open map[*node]bool) bool {
	matched = matched || n.leaf == nil || open[n]
	switch v.kind {
	case object:
		if !matched {
			return false
		}
		for name, child := range n.children {
			if !child.isOpen(open) && !slices.ContainsFunc(v.members, func(m member) bool {
				return m.name == name && child.match(m.value, false, open)
			}) {
				return false
			}
		}
		return true
	case array:
		for _, e := range v.elements {
			matched = matched || e.scalar() && n.leaf.matches(e)
		}
		return matched && n.childrenOpen(open) || slices.ContainsFunc(v.elements, func(e value) bool {
			return !e.scalar() && n.match(e, matched, open)
		})
	default:
		return n.childrenOpen(open) && (matched || n.leaf.matches(v))
	}
}

// isOpen reports whether the node and all below it match by absence.
func (n *node) isOpen(open map[*node]bool) bool {
	return (n.leaf == nil || open[n]) && n.childrenOpen(open)
}

func (n *node) childrenOpen(open map[*node]bool) bool {
	for _, child := range n.children {
		if !child.isOpen(open) {
			return false
		}
	}
	return true
}
