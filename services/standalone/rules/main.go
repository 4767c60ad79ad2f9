// Command rules holds services/order-lifecycle/RULES.md to the tests: every rule of the protocol sheet there names a test that
// exists, and every section with rules has one. It prints how many rules are held.
package main

import (
	"fmt"
	"os"
)

// list is the page, from the root of the repository.
const list = "services/order-lifecycle/RULES.md"

func main() {
	held, err := check(".")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("%d rules held by tests (%s)\n", held, list)
}
