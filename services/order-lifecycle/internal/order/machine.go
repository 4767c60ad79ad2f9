package order

import (
	"fmt"
	"strings"
)

// Machine is the state machine on one screen: what each fact does to an order in each state. The upper half has what the
// kiosk and authinfo say, the lower one what the back office and WeChat say. A dot means that the fact says nothing new there
// (late or repeated). Every other word is a function of this package (see cells): kiosk facts in kiosk.go and wish.go, the
// back office's in desk.go, work.go and refund.go, the rest in the file named after the state. A fact of the kiosk or the back
// office that was accepted or refused before never gets here; a refused one changes nothing but the list of refusals. What
// becomes of a refund is RefundMachine.
//
//	session  authinfo handed out the number        cancel     the back office wants no charge
//	expired  no face result in time                modify     it wants a lower total
//	face_ok  the kiosk reports SUCCESS             elsewhere  the customer paid by other means
//	face_no  the kiosk reports anything else       collect    WeChat is to deduct now
//	wanted   a service without a face              refund     a payment, or a part, is to go back
//	granted  its user has authorised it            answer     WeChat answered a request of ours
//	denied   its user will not                     query      WeChat answered a query
//	ended    the service ended, goods counted      told       WeChat sent a notification
//	aborted  nothing was delivered                 time       the moment to think again has come
const Machine = `
state             session  expired  face_ok  face_no  wanted  granted  denied  ended  aborted
ATTEMPT           note     expire   open     close    want    grant    deny    park   abandon
AUTHORISING       note     .        same     same     same    granted  denied  park   abandon
OPENING           note     .        same     same     same    .        .       park   unwant
AWAITING_CONFIRM  note     .        same     same     same    .        .       park   cancel
IN_SERVICE        note     .        same     same     same    .        .       end    cancel
COMPLETING        note     .        same     same     same    .        .       over   late
PAYMENT_PENDING   note     .        same     same     same    .        .       over   late
MODIFYING         note     .        same     same     same    .        .       over   late
SYNCING           note     .        same     same     same    .        .       over   late
COLLECTING        note     .        same     same     same    .        .       over   late
WITHDRAWING       note     .        same     same     same    .        .       over   late
CANCELLING        note     .        same     same     same    .        .       over   .
PAID              note     .        same     same     same    .        .       over   late
FREE              note     .        same     same     same    .        .       over   late
REFUSED           note     .        same     same     same    .        .       over   .
REVOKED           note     .        same     same     same    .        .       over   .
EXPIRED           note     .        same     same     same    .        .       over   .
ABANDONED         note     .        same     same     same    .        .       over   .

state             cancel    modify  elsewhere  collect  refund   answer     query       told        time
ATTEMPT           dAbandon  notYet  notYet     notYet   notYet   .          lateProof   lateProof   giveUp
AUTHORISING       dAbandon  notYet  notYet     notYet   notYet   .          lateProof   lateProof   unheard
OPENING           dUnwant   notYet  notYet     notYet   notYet   created    found       found       ask
AWAITING_CONFIRM  dCancel   notYet  notYet     notYet   notYet   .          confirming  confirming  ask
IN_SERVICE        dCancel   notYet  notYet     notYet   notYet   .          serving     serving     endNow
COMPLETING        stop      notYet  notYet     notYet   notYet   completed  checked     checked     ask
PAYMENT_PENDING   withdraw  lower   sync       hurry    notYet   .          collecting  collecting  ask
MODIFYING         busy      busy    busy       busy     busy     worked     watching    watching    ask
SYNCING           busy      busy    busy       busy     busy     worked     watching    watching    ask
COLLECTING        busy      busy    busy       busy     busy     worked     watching    watching    ask
WITHDRAWING       busy      busy    busy       busy     busy     worked     watching    watching    ask
CANCELLING        dAgain    notYet  notYet     notYet   notYet   cancelled  undone      undone      ask
PAID              closed    closed  closed     closed   refund   .          paidAgain   paidAgain   .
FREE              closed    closed  closed     closed   refund   .          lateProof   lateProof   .
REFUSED           closed    closed  closed     closed   refund   cleared    lateProof   lateProof   .
REVOKED           closed    closed  closed     closed   refund   .          lateProof   lateProof   .
EXPIRED           closed    closed  closed     closed   refund   .          lateProof   lateProof   .
ABANDONED         closed    closed  closed     closed   refund   .          lateProof   lateProof   .
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
	"want": want, "grant": grant, "granted": granted, "deny": deny, "denied": denied, "unheard": unheard,
	"same": same, "over": over, "late": late, "unwant": unwant, "end": end, "endNow": endNow, "cancel": cancel,
	"dAbandon": deskAbandon, "dUnwant": deskUnwant, "dCancel": deskCancel, "dAgain": deskAgain, "notYet": notYet, "busy": busy, "closed": tooLateToAsk,
	"stop": stopCompleting, "lower": lower, "sync": paidElsewhere, "hurry": hurry, "withdraw": withdraw, "refund": refund,
	"worked": worked, "watching": watching, "confirming": confirming,
	"created": created, "found": found, "serving": inService, "completed": completed, "checked": checked,
	"collecting": collecting, "cancelled": cancelled, "cleared": cleared, "undone": undone, "ask": ask, "paidAgain": paidAgain, "lateProof": lateProof,
}

var machine = parse(Machine, cells)

// parse reads a table of one or more halves, each with a header of its own; a malformed one cannot run.
func parse(table string, cells map[string]cell) map[State]map[column]cell {
	machine := map[State]map[column]cell{}
	for half := range strings.SplitSeq(strings.TrimSpace(table), "\n\n") {
		rows := strings.Split(half, "\n")
		header := strings.Fields(rows[0])
		for _, row := range rows[1:] {
			words := strings.Fields(row)
			if len(words) != len(header) {
				panic(fmt.Sprintf("order machine: row %s has %d words, want %d", words[0], len(words), len(header)))
			}
			state := State(words[0])
			if machine[state] == nil {
				machine[state] = map[column]cell{}
			}
			for i, word := range words[1:] {
				c, ok := cells[word]
				if !ok {
					panic(fmt.Sprintf("order machine: %s × %s: no cell %q", state, header[i+1], word))
				}
				machine[state][column(header[i+1])] = c
			}
		}
	}
	return machine
}
