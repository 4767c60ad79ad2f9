package cli

import "github.com/facepay-go/facepay/pkg/fault"

// Within refuses a number outside low..high, naming what was typed: a flag or an argument. The error is Terminal.
func Within(what string, got, low, high int64) error {
	if got < low || got > high {
		return fault.Invalid(what, "out_of_bounds", "must be %d to %d, not %d", low, high, got)
	}
	return nil
}
