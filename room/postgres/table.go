package postgres

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// table is rows of values that a statement takes as parameters. A single row is
// written as values, which PostgreSQL plans as if they stood in the statement:
// two thirds of the work of an array with one element.
type table struct {
	names, types []string
	values       []any // by column: []string, []*string, []int64, []*int64 or []time.Time
}

// add adds a column of an SQL type.
func (t *table) add(name, sqlType string, values any) {
	t.names, t.types, t.values = append(t.names, name), append(t.types, sqlType), append(t.values, values)
}

// from returns the table as an item of a from clause, and its parameters, which
// come after as many others of the statement.
func (t *table) from(alias string, before int) (string, []any) {
	args := make([]any, len(t.values))
	sql := make([]byte, 0, 512) // by hand: a commit makes four
	open, end, array := "(values (", ")) as ", ""
	for i, values := range t.values {
		given, n, first := parameter(values)
		if args[i] = first; n != 1 {
			open, end, array, args[i] = "unnest(", ") as ", "[]", values
		}
		if i > 0 {
			open = ", "
		}
		sql = append(sql, open...)
		sql = append(strconv.AppendInt(append(sql, '$'), int64(before+i+1), 10), "::"+given+array...)
		if given != t.types[i] {
			sql = append(sql, "::"+t.types[i]+array...)
		}
	}
	sql = append(sql, end+alias+" ("...)
	sql = append(append(sql, strings.Join(t.names, ", ")...), ')')
	return string(sql), args
}

// parameter returns the type that a column's values are sent as, how many there
// are, and the first.
func parameter(values any) (sqlType string, n int, first any) {
	switch v := values.(type) {
	case []string:
		return "text", len(v), v[0]
	case []*string:
		return "text", len(v), v[0]
	case []int64:
		return "bigint", len(v), v[0]
	case []*int64:
		return "bigint", len(v), v[0]
	case []time.Time:
		return "timestamptz", len(v), v[0]
	default:
		panic(fmt.Sprintf("postgres: a column of %T", values))
	}
}
