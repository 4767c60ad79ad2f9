package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/facepay-go/facepay/pkg/clock"
)

// detailWidth is where a line of details is wrapped, in characters.
const detailWidth = 100

// Print writes the story for people. All times are Beijing times.
func (s *Story) Print(w io.Writer) error {
	fmt.Fprintf(w, "order %s of merchant %s\n", s.OutOrderNo, s.Merchant)
	s.printStanding(w)
	fmt.Fprintln(w)
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	for _, d := range s.Summary {
		if explains(d) {
			fmt.Fprintf(t, "  \t  %s\n", plain(d.Value))
			continue
		}
		fmt.Fprintf(t, "  %s\t%s\n", d.Label, inBeijing(d.Value))
		for _, line := range explained(d) {
			fmt.Fprintf(t, "  \t  %s\n", line)
		}
	}
	fmt.Fprintln(t, "\nBEIJING TIME\tFROM\tWHAT")
	for _, l := range s.Lines {
		what, below := plain(l.Title), wrap(l.shown())
		if len(below) == 1 && utf8.RuneCountInString(what+below[0]) < detailWidth {
			what, below = what+"  "+below[0], nil
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", beijingTime(l.At), l.Source, l.Kind, what)
		for _, line := range below {
			fmt.Fprintf(t, "\t\t\t  %s\n", line)
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, name := range s.Silent {
		fmt.Fprintf(w, "\nnot answering, its part is missing: %s\n", name)
	}
	return nil
}

// shown are the details for people: a request of the back office without an outcome is under way, or was when it came again.
func (l Line) shown() []Detail {
	if l.Kind != kindDesk && l.Title != titleStatus || slices.ContainsFunc(l.Details, func(d Detail) bool { return d.Label == labelOutcome }) {
		return l.Details
	}
	return append(slices.Clone(l.Details), Detail{labelOutcome, "处理中 / under way"})
}

// wrap puts details into lines; one that is too long for a line has its own.
func wrap(ds []Detail) []string {
	var lines []string
	for _, d := range ds {
		part := d.Label + "=" + inBeijing(d.Value)
		last := len(lines) - 1
		if last >= 0 && utf8.RuneCountInString(lines[last])+1+utf8.RuneCountInString(part) <= detailWidth {
			lines[last] += " " + part
		} else {
			lines = append(lines, part)
		}
	}
	return lines
}

// plain is a text from outside as it may be shown: a terminal obeys control characters.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return utf8.RuneError
		}
		return r
	}, text)
}

// inBeijing shows the instants in a value as Beijing times; services tell them in RFC 3339. Nothing
// is shown as a dash.
func inBeijing(value string) string {
	words := strings.Split(plain(value), " ")
	for i, word := range words {
		if at, err := time.Parse(time.RFC3339Nano, word); err == nil {
			words[i] = beijingTime(at)
		}
	}
	if shown := strings.TrimSpace(strings.Join(words, " ")); shown != "" {
		return shown
	}
	return "-"
}

func beijingTime(at time.Time) string { return at.In(clock.Beijing).Format("2006-01-02 15:04:05.000") }
