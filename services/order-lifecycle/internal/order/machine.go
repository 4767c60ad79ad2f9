package order

import (
	"fmt"
	"strings"
)

// Machine is the state machine on one screen: what each fact does to an order in each state. A dot means that the fact
// says nothing new there (late or repeated). Every other word is a function of this package (see cells): kiosk facts in
// kiosk.go, the rest in the file named after the state. A kiosk fact that was accepted or refused before never gets
// here; a refused one changes nothing but the list of refusals.
//
//	session  authinfo handed out the number      answer  WeChat answered a create, complete or cancel
//	expired  no face result in time              query   WeChat answered a query
//	face_ok  the kiosk reports SUCCESS           told    WeChat sent a notification
//	face_no  the kiosk reports anything else     time    the moment to think again has come
//	ended    the service ended, goods counted    aborted nothing was delivered
const Machine = `
state            session  expired  face_ok  face_no  ended   aborted  answer     query       told        time
ATTEMPT          note     expire   open     close    park    abandon  .          lateProof   lateProof   giveUp
OPENING          note     .        same     same     park    unwant   created    found       found       ask
IN_SERVICE       note     .        same     same     end     cancel   .          serving     serving     endNow
COMPLETING       note     .        same     same     over    late     completed  checked     checked     ask
PAYMENT_PENDING  note     .        same     same     over    late     .          collecting  collecting  ask
CANCELLING       note     .        same     same     over    .        cancelled  undone      undone      ask
PAID             note     .        same     same     over    late     .          paidAgain   paidAgain   .
FREE             note     .        same     same     over    late     .          lateProof   lateProof   .
REFUSED          note     .        same     same     over    .        .          lateProof   lateProof   .
REVOKED          note     .        same     same     over    .        .          lateProof   lateProof   .
ABANDONED        note     .        same     same     over    .        .          lateProof   lateProof   .
`

// effect says whether a fact changed the order.
type effect bool

const (
	nothing effect = false
	changed effect = true
)

// cell is what one fact does to an order in one state.
type cell func(*turn, Fact) effect

// column is the kind of a fact, by its name in the table.
type column string

// cells are the words of the table.
var cells = map[string]cell{
	".":    func(*turn, Fact) effect { return nothing },
	"note": note, "expire": expire, "open": open, "close": closeAttempt, "park": park, "abandon": abandon, "giveUp": giveUp,
	"same": same, "over": over, "late": late, "unwant": unwant, "end": end, "endNow": endNow, "cancel": cancel,
	"created": created, "found": found, "serving": inService, "completed": completed, "checked": checked,
	"collecting": collecting, "cancelled": cancelled, "undone": undone, "ask": ask, "paidAgain": paidAgain, "lateProof": lateProof,
}

var machine = parse(Machine, cells)

// parse reads the table; a malformed one cannot run.
func parse(table string, cells map[string]cell) map[State]map[column]cell {
	rows := strings.Split(strings.TrimSpace(table), "\n")
	header := strings.Fields(rows[0])
	machine := make(map[State]map[column]cell, len(rows)-1)
	for _, row := range rows[1:] {
		words := strings.Fields(row)
		if len(words) != len(header) {
			panic(fmt.Sprintf("order machine: row %s has %d words, want %d", words[0], len(words), len(header)))
		}
		line := make(map[column]cell, len(words)-1)
		for i, word := range words[1:] {
			c, ok := cells[word]
			if !ok {
				panic(fmt.Sprintf("order machine: %s × %s: no cell %q", words[0], header[i+1], word))
			}
			line[column(header[i+1])] = c
		}
		machine[State(words[0])] = line
	}
	return machine
}
