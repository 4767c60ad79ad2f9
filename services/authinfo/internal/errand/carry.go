package errand

import (
	"fmt"
	"runtime/debug"

	"github.com/facepay-go/facepay/pkg/aggregate"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/lane"
	"github.com/facepay-go/facepay/pkg/service"
)

// Reserve takes room for one errand of the sweep.
func (x *Errands[S]) Reserve(merchant string) (aggregate.Slot, bool) {
	slot, err := x.Pool.Reserve(merchant)
	return swept[S]{x, slot, merchant}, err == nil
}

// swept is room for a document that the sweep has claimed.
type swept[S any] struct {
	x        *Errands[S]
	slot     *lane.Slot
	merchant string
}

func (s swept[S]) Release()      { s.slot.Release() }
func (s swept[S]) Run(id string) { s.slot.Go(func() { s.x.carry(s.merchant, id, claimed) }) }

// chain bounds one errand: query, pre-authorise is the usual longest; more than this can wait for the sweep.
const chain = 8

// carry makes calls until none is due.
func (x *Errands[S]) carry(merchant, id string, begun Begun) {
	defer x.survive(id)
	for range chain {
		next, _, err := x.Do(x.Life, merchant, id, begun)
		if err != nil {
			x.Log.Warn("errand failed", service.KeyMerchant, merchant, "document", id, service.KeyClass, fault.ClassOf(err).String(),
				service.KeyError, err, "next", "again after the claim")
		}
		if err != nil || next == none {
			return
		}
		begun = next
	}
}

// survive keeps one document's bug from ending the process. The claim runs out, the sweep tries again, and this line comes
// again until somebody looks.
func (x *Errands[S]) survive(id string) {
	if r := recover(); r != nil {
		x.Log.Error("errand panicked", "document", id, "value", fmt.Sprintf("%T", r), "stack", string(debug.Stack()))
	}
}
