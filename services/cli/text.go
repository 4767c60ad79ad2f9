package cli

import (
	"fmt"
	"io"
)

// text is one sentence in both languages.
type text struct{ zh, en string }

func says(zh, en string) text { return text{zh, en} }

// with puts values into both sentences; %s in the same order.
func (t text) with(values ...any) text {
	return text{fmt.Sprintf(t.zh, values...), fmt.Sprintf(t.en, values...)}
}

// print writes it on two lines.
func (t text) print(w io.Writer) {
	fmt.Fprintf(w, "%s\n%s\n", t.zh, t.en)
}
