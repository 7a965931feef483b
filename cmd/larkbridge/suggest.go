package main

import (
	"slices"
	"strings"
)

// suggestion returns " (did you mean X?)" with those of the names that a mistyped name
// may stand for, or "" if there is none.
func suggestion(name string, names []string) string {
	var similar []string
	for _, n := range names {
		if strings.HasPrefix(n, name) || distance(name, n) <= 1+len(name)/6 {
			similar = append(similar, n)
		}
	}
	const most = 4
	if len(similar) == 0 || len(similar) > most || name == "" {
		return ""
	}
	slices.Sort(similar)
	return " (did you mean " + strings.Join(similar, " or ") + "?)"
}

// distance returns how many bytes have to be inserted, removed, replaced or exchanged with
// their neighbour to make b from a (the optimal string alignment distance).
func distance(a, b string) int {
	var before []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next := make([]int, len(b)+1)
		next[0] = i
		for j := 1; j <= len(b); j++ {
			replaced := row[j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			next[j] = min(row[j]+1, next[j-1]+1, replaced)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}
