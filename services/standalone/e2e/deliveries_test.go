package e2e

import (
	"testing"

	"github.com/facepay-go/facepay/pkg/aggregate"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

// delivery is a way in which events reach their handlers: with so many remembered ids to know a repetition by, once or
// every one twice.
type delivery struct {
	name    string
	handled int
	twice   bool
}

var deliveries = []delivery{
	{"ids remembered, delivered once", aggregate.DefaultHandled, false},
	{"ids remembered, delivered twice", aggregate.DefaultHandled, true},
	{"no id remembered, delivered once", 0, false},
	{"no id remembered, delivered twice", 0, true},
}

// inEveryDelivery plays a story in all of them. A handler whose second run contradicts its first fails the story when its
// world stops.
func inEveryDelivery(t *testing.T, story func(*testing.T, delivery)) {
	t.Helper()
	t.Parallel()
	for _, d := range deliveries {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			story(t, d)
		})
	}
}

// inUsualAndHarshest plays a long story in the first and the last of them.
func inUsualAndHarshest(t *testing.T, story func(*testing.T, delivery)) {
	t.Helper()
	t.Parallel()
	for _, d := range []delivery{deliveries[0], deliveries[len(deliveries)-1]} {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			story(t, d)
		})
	}
}

// set is the last change of a world's options.
func (d delivery) set(o *stack.Options) {
	o.Twice = d.twice
	before := o.Tune
	o.Tune = func(c *stack.Configs) {
		before(c)
		c.Order.HandledBound = d.handled
	}
}
