package demo

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/facepay-go/facepay/pkg/money"
)

// Report is what came of a demo. Its JSON is the last line of `facepay demo`.
type Report struct {
	Orders    int `json:"orders"`
	Paid      int `json:"paid"`
	Free      int `json:"free"`
	Refused   int `json:"refused"`
	Revoked   int `json:"revoked"`
	Abandoned int `json:"abandoned"`
	Expired   int `json:"expired"`
	// Notifications are deliveries at our door.
	Notifications Notifications `json:"notifications"`
	// PaidFen is the sum of order.paid, ProviderPaidFen that of the provider's book.
	PaidFen         money.Fen `json:"paid_fen"`
	ProviderPaidFen money.Fen `json:"provider_paid_fen"`
	// PaidElsewhereFen is what of it the merchants collected themselves and told WeChat.
	PaidElsewhereFen         money.Fen `json:"paid_elsewhere_fen"`
	ProviderPaidElsewhereFen money.Fen `json:"provider_paid_elsewhere_fen"`
	// RefundedFen is the sum of order.refunded.
	RefundedFen         money.Fen `json:"refunded_fen"`
	ProviderRefundedFen money.Fen `json:"provider_refunded_fen"`
	// Happened counts the trouble that was made.
	Happened Happened `json:"happened"`
	// Secrets is the search for invariant 8; what it finds also breaks Invariants.
	Secrets Secrets `json:"secrets"`
	// Invariants is "hold", or the list of what broke.
	Invariants any     `json:"invariants"`
	Seconds    float64 `json:"seconds"`

	rows []*row
}

// Notifications counts deliveries by what became of them. Rejected includes signature probes.
type Notifications struct {
	Received   int64 `json:"received"`
	Duplicates int64 `json:"duplicates"`
	Rejected   int64 `json:"rejected"`
}

// Happened counts the trouble of a demo, by the sandbox's own count.
type Happened struct {
	EarlyCallbacks   int `json:"early_callbacks"`
	LostAnswers      int `json:"lost_answers"`
	SignatureProbes  int `json:"signature_probes"`
	Refusals         int `json:"refusals"`
	RejectedFacts    int `json:"rejected_facts"`
	DeadLetters      int `json:"dead_letters"`
	ProviderFaults   int `json:"provider_faults"`
	AlarmsRaised     int `json:"alarms_raised"`
	EventsOnStream   int `json:"events_on_stream"`
	ProviderRequests int `json:"provider_requests"`
}

// row is one scenario in the table.
type row struct {
	title, want string
	visits, ok  int
	paid        money.Fen
	refunded    money.Fen
	// money explains the first visit's, where there is more to it than a payment.
	money string
	told  bool
}

// Hold reports whether every invariant held.
func (r *Report) Hold() bool { return r.Invariants == "hold" }

// Print writes the table of outcomes and, as the last line, the JSON object.
func (r *Report) Print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "ORDERS\tAS WANTED\tEND\tPAID YUAN\tREFUNDED\t  WHAT THE CUSTOMER OR THE WORLD DID")
	for _, x := range r.rows {
		fmt.Fprintf(t, "%d\t%d\t%s\t%s\t%s\t  %s\n", x.visits, x.ok, x.want, x.paid.Yuan(), x.refunded.Yuan(), x.title)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w, "\nTHE MONEY OF ONE OF THEM EACH, YUAN")
	for _, x := range r.rows {
		if x.money != "" {
			fmt.Fprintf(w, "  %s\n    %s\n", x.title, x.money)
		}
	}
	fmt.Fprintf(w, "\nsecrets searched: %d values, found out of place: %d\n", r.Secrets.Searched, r.Secrets.OutOfPlace)
	if broken, ok := r.Invariants.([]string); ok {
		fmt.Fprintln(w, "\nBROKEN:")
		for _, b := range broken {
			fmt.Fprintln(w, "  "+b)
		}
	}
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "\n%s\n", line)
	return err
}
