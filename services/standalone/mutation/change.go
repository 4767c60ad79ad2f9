package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// change replaces the bytes from..to of a file.
type change struct {
	file     string
	from, to int
	line     int
	with     string
	says     string
}

// in is the file with the change.
func (c change) in(source string) string { return source[:c.from] + c.with + source[c.to:] }

// opposite are operators and what a slip makes of them.
var opposite = map[token.Token][]token.Token{
	token.EQL: {token.NEQ}, token.NEQ: {token.EQL},
	token.LSS: {token.LEQ, token.GEQ}, token.LEQ: {token.LSS, token.GTR},
	token.GTR: {token.GEQ, token.LEQ}, token.GEQ: {token.GTR, token.LSS},
	token.LAND: {token.LOR}, token.LOR: {token.LAND},
	token.ADD: {token.SUB}, token.SUB: {token.ADD},
}

// changesOf lists every change of a package's code.
func changesOf(dir string) (all []change, err error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, source, parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", path, err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			for _, s := range slips(n, func(n ast.Node) string { return string(source[offset(files, n.Pos()):offset(files, n.End())]) }) {
				from, to := offset(files, s.from), offset(files, s.to)
				was, _, _ := strings.Cut(string(source[from:to]), "\n")
				all = append(all, change{path, from, to, files.Position(s.from).Line, s.with, was + "  →  " + s.with})
			}
			return true
		})
	}
	return all, nil
}

func offset(files *token.FileSet, p token.Pos) int { return files.Position(p).Offset }

// slip is a change by its place.
type slip struct {
	from, to token.Pos
	with     string
}

// slips are the changes of one node: another operator, a condition turned round, a constant one off, a statement or an error
// left out.
func slips(n ast.Node, text func(ast.Node) string) (all []slip) {
	instead := func(n ast.Node, with string) { all = append(all, slip{n.Pos(), n.End(), with}) }
	switch n := n.(type) {
	case *ast.BinaryExpr:
		if lit, ok := n.Y.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			break // a text put together
		}
		for _, op := range opposite[n.Op] {
			all = append(all, slip{n.OpPos, n.OpPos + token.Pos(len(n.Op.String())), op.String()})
		}
	case *ast.IfStmt:
		instead(n.Cond, "!("+text(n.Cond)+")")
	case *ast.BasicLit:
		if v, err := strconv.Atoi(n.Value); err == nil && n.Kind == token.INT {
			instead(n, strconv.Itoa(v+1))
		}
	case *ast.ReturnStmt:
		for _, r := range n.Results {
			if id, ok := r.(*ast.Ident); ok && id.Name == "err" {
				instead(r, "nil")
			} else if ok && (id.Name == "true" || id.Name == "false") {
				instead(r, strconv.FormatBool(id.Name == "false"))
			}
		}
	case *ast.BlockStmt:
		return leftOut(n.List, text)
	case *ast.CaseClause:
		return leftOut(n.Body, text)
	case *ast.CommClause:
		return leftOut(n.Body, text)
	}
	return all
}

// leftOut leaves out one statement each; what an assignment uses stays in use.
func leftOut(list []ast.Stmt, text func(ast.Node) string) (all []slip) {
	for _, n := range list {
		switch n := n.(type) {
		case *ast.ExprStmt, *ast.IncDecStmt:
			all = append(all, slip{n.Pos(), n.End(), "{}"})
		case *ast.AssignStmt:
			if n.Tok != token.DEFINE && texts(n.Lhs, text) != "_" { // what is thrown away is left out already
				all = append(all, slip{n.Pos(), n.End(), strings.Repeat("_, ", len(n.Rhs)-1) + "_ = " + texts(n.Rhs, text)})
			}
		}
	}
	return all
}

func texts(all []ast.Expr, text func(ast.Node) string) string {
	parts := make([]string, len(all))
	for i, e := range all {
		parts[i] = text(e)
	}
	return strings.Join(parts, ", ")
}
