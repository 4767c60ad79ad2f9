package stack

import "testing"

func TestNoAddressIsGivenTwice(t *testing.T) {
	given := map[string]bool{}
	for range 1000 {
		address, err := FreeAddress()
		if err != nil {
			t.Fatal(err)
		}
		if given[address] {
			t.Fatalf("%s was given before", address)
		}
		given[address] = true
	}
}
