package stack

import (
	"net"
	"testing"
)

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

// Two processes that look for a port at the same moment both find it free as long as nobody listens there: go test runs
// packages side by side, and a story opens its listeners seconds later.
func TestAnAddressThatAnotherProcessWasGivenIsNotFree(t *testing.T) {
	address, err := FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	if err := reserve(address); err == nil {
		t.Errorf("%s was given away while its owner had not opened it yet", address)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatalf("the owner cannot use it: %v", err)
	}
	_ = l.Close()
}
