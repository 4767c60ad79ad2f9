//go:build !mongo

package e2e

import "testing"

// stores leaves the choice to the stack: one SQLite file per service in its folder.
func stores(testing.TB) func(string) string { return nil }
