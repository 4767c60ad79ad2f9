// Package bill writes WeChat Pay's bill files (对账单): trade bills and fund flow bills, row by row, with their columns,
// back-ticks and summaries (wechat-protocol.md §8). What happened comes from the caller; nothing is kept but sums.
package bill

import (
	"bufio"
	"io"
	"strings"
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
)

// Format is how the lines of a file are written; both kinds of line ends and a mark before the first header have been
// seen (wechat-protocol.md §8.4).
type Format struct {
	// LineEnd is "\n" or "\r\n".
	LineEnd string
	// Mark goes before everything: "" or ByteOrderMark.
	Mark string
}

// Plain is the usual format.
var Plain = Format{LineEnd: "\n"}

// ByteOrderMark is U+FEFF in UTF-8.
const ByteOrderMark = "\ufeff"

// lines writes headers without back-ticks and rows with one before each field. There is no quoting (§8.4). The first
// error stays and comes from end.
type lines struct {
	to      *bufio.Writer
	lineEnd string
}

func newLines(w io.Writer, f Format) lines {
	l := lines{to: bufio.NewWriter(w), lineEnd: f.LineEnd}
	l.put(f.Mark)
	return l
}

func (l lines) header(names []string) { l.put(strings.Join(names, ","), l.lineEnd) }

func (l lines) row(values []string) {
	for i, v := range values {
		if i > 0 {
			l.put(",")
		}
		l.put("`", v)
	}
	l.put(l.lineEnd)
}

func (l lines) put(texts ...string) {
	for _, text := range texts {
		_, _ = l.to.WriteString(text) // the error stays in the writer until Flush
	}
}

func (l lines) end() error { return l.to.Flush() }

// column is one field of a row of R.
type column[R any] struct {
	name  string
	value func(*R) string
}

func names[R any](columns []column[R]) []string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = c.name
	}
	return list
}

func values[R any](columns []column[R], row *R) []string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = c.value(row)
	}
	return list
}

// moment is a Beijing time as bills print it; the zero time is empty.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(clock.Beijing).Format(time.DateTime)
}

// neutral is free text without control characters: a line feed and a carriage return become \n and \r, any other a
// blank. Commas stay: nothing is quoted. It is documented for fund flow bills; that trade bills do the same is our guess
// (wechat-protocol.md §8.4, §10.4).
func neutral(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, ends.Replace(text))
}

var ends = strings.NewReplacer("\r", `\r`, "\n", `\n`)
