package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/facepay-go/facepay/services/sandbox/scenarios"
)

// paths is a flag that may be repeated.
type paths []string

func (p *paths) String() string { return strings.Join(*p, " ") }

// Set adds a path.
func (p *paths) Set(path string) error {
	*p = append(*p, path)
	return nil
}

// listScenarios prints what there is, and own files with it.
func listScenarios(own []string, w io.Writer) error {
	library, err := scenarios.Open(own...)
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	for _, s := range library.All() {
		fmt.Fprintf(t, "%s\t%s\t%s %s\n", s.Name, s.Prefix, s.Title.EN, s.Title.ZH)
	}
	return t.Flush()
}
