package chaos

import (
	"math/rand/v2"

	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

// visit is one customer and what he will do.
type visit struct {
	number string
	script script
	// fen is what he takes, before the discount of an eighth.
	fen int64
	// life is nil for a customer who only follows his script. One with a life follows it as far as it is about goods.
	life *life
}

// livesPrefix begins the numbers of orders with a life: the provider misbehaves towards them in more ways.
const livesPrefix = "L"

// script is what a customer does.
type script string

const (
	buys       script = "buys"
	takesNone  script = "takes nothing"
	isJammed   script = "the door jams"
	endsFirst  script = "the end is published before the face"
	echoes     script = "every fact is published again and again"
	regrets    script = "aborts before the door opens"
	endsTwice  script = "ends and aborts at once"
	walksAway  script = "walks away from the camera"
	cancels    script = "cancels at the camera"
	wantsToPay script = "prefers to scan"
)

// scripts and how many of a hundred customers follow them.
var scripts = []struct {
	script script
	share  int
}{
	{buys, 66}, {takesNone, 6}, {isJammed, 6}, {endsFirst, 5}, {echoes, 6}, {regrets, 4}, {endsTwice, 3}, {walksAway, 1}, {cancels, 2}, {wantsToPay, 1},
}

func newVisit(number string, dice *rand.Rand) visit {
	v := visit{number: number, fen: 100 + dice.Int64N(2000)}
	roll := dice.IntN(100)
	for _, s := range scripts {
		if roll < s.share {
			v.script = s.script
			return v
		}
		roll -= s.share
	}
	return v
}

// face is what the SDK says of him.
func (v visit) face() string {
	switch v.script {
	case cancels:
		return "USER_CANCEL"
	case wantsToPay:
		return "SCAN_PAYMENT"
	}
	return "SUCCESS"
}

// taken is what he takes, before the discount of an eighth.
func (v visit) taken() int64 {
	if v.script == takesNone {
		return 0
	}
	return v.fen
}

// total is what he is to pay.
func (v visit) total() int64 { return v.taken() - v.taken()/8 }

// ended is the fact of what he took.
func (v visit) ended() *kioskv1.ServiceEnded {
	fen := v.taken()
	m := &kioskv1.ServiceEnded{
		Merchant: stack.Merchant, OutOrderNo: v.number, TotalAmountFen: new(fen - fen/8),
		PostPayments: []*kioskv1.Payment{{Name: "矿泉水", AmountFen: new(fen), Description: "550ml", Count: 2}},
	}
	if fen/8 > 0 {
		m.PostDiscounts = []*kioskv1.Discount{{Name: "满减", Description: "老客优惠", AmountFen: new(fen / 8)}}
	}
	return m
}

func (v visit) aborted() *kioskv1.ServiceAborted {
	return &kioskv1.ServiceAborted{Merchant: stack.Merchant, OutOrderNo: v.number, Reason: "出货失败"}
}
