package describe

import (
	"fmt"
	"strconv"
	"strings"
)

// node is one place of a YAML document: a scalar, or a map or list of further nodes, in the order they are printed.
type node struct {
	key    string
	scalar string
	kids   []node
	isList bool
}

// text is a string; Go's quoted strings are YAML's double-quoted ones.
func text(key, value string) node { return node{key: key, scalar: strconv.Quote(value)} }

// word is a scalar as it stands: a number, true, null.
func word(key, value string) node { return node{key: key, scalar: value} }

func branch(key string, kids ...node) node { return node{key: key, kids: kids} }

func list(key string, items ...node) node { return node{key: key, kids: items, isList: true} }

// texts is a list of strings.
func texts(key string, values ...string) node {
	items := make([]node, len(values))
	for i, v := range values {
		items[i] = text("", v)
	}
	return list(key, items...)
}

// ref points to another place of the document.
func ref(key, to string) node { return branch(key, text("$ref", to)) }

// write prints the nodes of a map, indented by two blanks per level.
func write(w *strings.Builder, kids []node, level int) {
	for _, n := range kids {
		fmt.Fprintf(w, "%s%s:", strings.Repeat("  ", level), quotedKey(n.key))
		n.value(w, level)
	}
}

func (n node) value(w *strings.Builder, level int) {
	switch {
	case n.scalar != "":
		fmt.Fprintf(w, " %s\n", n.scalar)
	case len(n.kids) == 0 && n.isList:
		w.WriteString(" []\n")
	case len(n.kids) == 0:
		w.WriteString(" {}\n")
	case n.isList:
		w.WriteString("\n")
		for _, item := range n.kids {
			item.item(w, level+1)
		}
	default:
		w.WriteString("\n")
		write(w, n.kids, level+1)
	}
}

// item prints one element of a list: a scalar, or a map whose first line stands beside the dash.
func (n node) item(w *strings.Builder, level int) {
	dash := strings.Repeat("  ", level) + "- "
	if n.scalar != "" {
		fmt.Fprintf(w, "%s%s\n", dash, n.scalar)
		return
	}
	var inner strings.Builder
	write(&inner, n.kids, level+1)
	w.WriteString(dash + strings.TrimLeft(inner.String(), " "))
}

// quotedKey quotes a key that YAML could take for something else.
func quotedKey(key string) string {
	if strings.HasPrefix(key, "$") {
		return "'" + key + "'"
	}
	return key
}
