package chaos

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// life is what becomes of a visit beyond buying: how the service begins, and what the back office wants, in any order and
// at any moment. It is drawn from the seed; the moments are the machine's.
type life struct {
	begins beginning
	wishes []wish
	// together: the wishes of one moment are published at once, else one after the other.
	together bool
	// handled: an abnormal refund is handled at WeChat by the merchant's staff.
	handled bool
}

// beginning is how a customer comes to the service.
type beginning string

const (
	byFace     beginning = "shows the face"
	authorised beginning = "has authorised the service on the phone"
	authorises beginning = "authorises the service on the phone"
	declines   beginning = "never authorises the service"
	confirms   beginning = "confirms the order on the phone"
	leaves     beginning = "never confirms the order"
)

// beginnings and how many of a hundred lives begin so.
var beginnings = []struct {
	beginning beginning
	share     int
}{
	{byFace, 62}, {authorised, 8}, {authorises, 8}, {declines, 4}, {confirms, 12}, {leaves, 6},
}

// operation is what the back office asks for.
type operation string

const (
	cancel    operation = "cancel"
	modify    operation = "modify"
	elsewhere operation = "paid elsewhere"
	collect   operation = "collect"
	refund    operation = "refund"
	// portal is not asked of us: the merchant's staff cancels in WeChat's portal, and nobody is told.
	portal operation = "cancelled in the portal"
)

// moment is when it does.
type moment string

const (
	beforeOpened moment = "before the door opens"
	inService    moment = "in service"
	atEnd        moment = "while the order is completed"
	pending      moment = "while WeChat collects"
	whenOver     moment = "when the order is over"
)

var moments = []moment{beforeOpened, inService, atEnd, pending, whenOver}

// operations, how many of a hundred wishes are for them, and when they make sense: most come then, the rest at any moment.
var operations = []struct {
	operation operation
	share     int
	usual     moment
}{
	{cancel, 10, pending}, {modify, 28, pending}, {elsewhere, 11, pending}, {collect, 11, pending}, {refund, 38, whenOver}, {portal, 2, pending},
}

// wish is one request of the back office.
type wish struct {
	operation operation
	at        moment
	// request is its number.
	request string
	// wait is how long after the moment it is published.
	wait time.Duration
	// perMille is the part of the amount that a modify leaves or a refund gives back; above 1000 it is too much.
	perMille int64
	// again is how often the same request is published once more, anew whether its number comes with other content too.
	again int
	anew  bool
	// named: a refund names its payment.
	named bool
}

// mostWishes of one life: far from the number of refused facts that an order remembers.
const mostWishes = 6

func newLife(dice *rand.Rand) *life {
	l := &life{together: dice.IntN(3) == 0, handled: dice.IntN(2) == 0}
	roll := dice.IntN(100)
	for _, b := range beginnings {
		if roll < b.share {
			l.begins = b.beginning
			break
		}
		roll -= b.share
	}
	for i := range dice.IntN(mostWishes) + 1 {
		l.wishes = append(l.wishes, newWish(fmt.Sprintf("r%d", i+1), dice))
	}
	if l.begins == declines || l.begins == leaves && dice.IntN(2) == 0 { // WeChat's token lasts an hour: the desk does not wait
		l.wishes = append(l.wishes, wish{operation: cancel, at: beforeOpened, request: "r0", wait: time.Second})
	}
	return l
}

func newWish(request string, dice *rand.Rand) wish {
	w := wish{request: request, wait: between(dice, 0, 400*time.Millisecond), perMille: part(dice), named: dice.IntN(3) > 0}
	roll := dice.IntN(100)
	for _, o := range operations {
		if roll < o.share {
			w.operation, w.at = o.operation, o.usual
			break
		}
		roll -= o.share
	}
	if dice.IntN(5) == 0 {
		w.at = moments[dice.IntN(len(moments))]
	}
	if dice.IntN(4) == 0 {
		w.again = 1 + dice.IntN(3)
	}
	w.anew = dice.IntN(6) == 0
	return w
}

// part is the whole, a part, too much, or nothing.
func part(dice *rand.Rand) int64 {
	switch dice.IntN(10) {
	case 0:
		return 1000
	case 1:
		return 1001 + dice.Int64N(1000)
	case 2:
		return 0
	}
	return 1 + dice.Int64N(999)
}
