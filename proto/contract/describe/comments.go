package describe

import (
	"bufio"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// Comments are the leading comments of messages, enums, fields and enum values, by full name. Generated code does not
// carry them in its descriptors, so they are read off the sources.
type Comments map[protoreflect.FullName]string

var (
	packageLine = regexp.MustCompile(`^package ([\w.]+);`)
	blockLine   = regexp.MustCompile(`^(?:message|enum) (\w+) \{`)
	memberLine  = regexp.MustCompile(`^(?:(?:optional|repeated) )?(?:[\w.]+ )?(\w+) = \d+`)
)

// ReadComments reads every .proto file of a tree that `buf format` would leave alone: one declaration per line.
func ReadComments(tree fs.FS) (Comments, error) {
	all := Comments{}
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".proto" {
			return err
		}
		f, err := tree.Open(name)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		if err := all.read(bufio.NewScanner(f)); err != nil {
			return fmt.Errorf("reading %s: %w", name, err)
		}
		return nil
	})
	return all, err
}

func (c Comments) read(lines *bufio.Scanner) error {
	var scope, comment []string // open blocks, the package first; the lines above the present one
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if text, ok := strings.CutPrefix(line, "//"); ok {
			comment = append(comment, strings.TrimSpace(text))
			continue
		}
		name := ""
		if m := packageLine.FindStringSubmatch(line); m != nil {
			scope = []string{m[1]}
		} else if m := blockLine.FindStringSubmatch(line); m != nil {
			name = m[1]
		} else if m := memberLine.FindStringSubmatch(line); m != nil {
			name = m[1]
		}
		if name != "" {
			c[protoreflect.FullName(strings.Join(append(scope[:len(scope):len(scope)], name), "."))] = strings.Join(comment, " ")
		}
		switch {
		case strings.HasSuffix(line, "{"):
			scope = append(scope, name)
		case strings.HasPrefix(line, "}"):
			scope = scope[:len(scope)-1]
		}
		comment = nil
	}
	return lines.Err()
}

// of is the comment of a declaration; one without is an error of the contract.
func (c Comments) of(d protoreflect.Descriptor) (string, error) {
	text := c[d.FullName()]
	if text == "" {
		return "", fmt.Errorf("%s has no comment in the .proto sources", d.FullName())
	}
	return text, nil
}
