package cli

import (
	"context"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/service"
	"github.com/facepay-go/facepay/proto/contract"
	eventv1 "github.com/facepay-go/facepay/proto/gen/facepay/event/v1"
)

// Story is all that is known of one order, from every service and every stream.
type Story struct {
	Merchant   string `json:"merchant"`
	OutOrderNo string `json:"out_order_no"`
	// Summary is where it stands, service by service.
	Summary []Detail `json:"summary"`
	// Lines are what happened, in the order of time.
	Lines []Line `json:"lines"`
	// State is the order's, of order-lifecycle; empty when it does not know the order or was not heard.
	State string `json:"state,omitempty"`
	// MoneyZH and MoneyEN say where the money is in that state.
	MoneyZH string `json:"money_zh,omitempty"`
	MoneyEN string `json:"money_en,omitempty"`
	// Silent are services that could not be asked; their part is missing.
	Silent []string `json:"silent,omitempty"`
	// ofOrder is the part of Summary that order-lifecycle told.
	ofOrder []Detail
}

// Line is one thing that happened.
type Line struct {
	At      time.Time `json:"at"`
	Source  string    `json:"source"`
	Kind    string    `json:"kind"`
	Title   string    `json:"title"`
	Details []Detail  `json:"details,omitempty"`
}

// Detail is one particular.
type Detail struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// askWithin bounds the question to one service: a service that is down must not hide what the others know.
const askWithin = 5 * time.Second

// Tell collects the story of a number. merchant may be empty when only one merchant used the number. A number nobody
// ever heard of is NotFound.
func Tell(ctx context.Context, b *bus.Bus, merchant, outOrderNo string) (*Story, error) {
	stored, err := b.About(ctx, outOrderNo)
	if err != nil {
		return nil, err
	}
	if merchant == "" {
		if merchant, err = merchantOf(stored, outOrderNo); err != nil {
			return nil, err
		}
	}
	s := &Story{Merchant: merchant, OutOrderNo: outOrderNo}
	for _, e := range stored {
		if strings.Split(e.Subject, ".")[3] == event.Token(merchant) {
			s.Lines = append(s.Lines, eventLine(e))
		}
	}
	for _, name := range storytellers() {
		if err := s.ask(ctx, b, name); err != nil {
			s.Silent = append(s.Silent, name+" ("+fault.CodeOf(err)+")")
		}
	}
	if len(s.Lines) == 0 && len(s.Summary) == 0 && len(s.Silent) == 0 {
		return nil, fault.New(fault.NotFound, "order_not_found", "nobody ever heard of %s of merchant %s", outOrderNo, merchant)
	}
	slices.SortStableFunc(s.Lines, func(a, b Line) int { return a.At.Compare(b.At) })
	return s, nil
}

// storytellers are the services that answer StoryRequest, read off the contract.
func storytellers() []string {
	e, err := contract.EndpointOf(&eventv1.StoryRequest{})
	if err != nil {
		return nil
	}
	return e.Services
}

func (s *Story) ask(ctx context.Context, b *bus.Bus, name string) error {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	var reply eventv1.StoryReply
	if err := service.Call(ctx, b.Conn(), name, "story", &eventv1.StoryRequest{Merchant: s.Merchant, OutOrderNo: s.OutOrderNo}, &reply); err != nil {
		return err
	}
	s.Summary = append(s.Summary, details(reply.GetSummary())...)
	if name == orderTeller {
		s.ofOrder = details(reply.GetSummary())
		s.State = s.told("state")
		where := s.standing()
		s.MoneyZH, s.MoneyEN = where.zh, where.en
	}
	for _, e := range reply.GetEntries() {
		s.Lines = append(s.Lines, Line{
			At: e.GetAt().AsTime(), Source: name, Kind: e.GetKind(), Title: e.GetTitle(), Details: details(e.GetDetails()),
		})
	}
	return nil
}

func details(ds []*eventv1.StoryDetail) []Detail {
	out := make([]Detail, len(ds))
	for i, d := range ds {
		out[i] = Detail{d.GetLabel(), d.GetValue()}
	}
	return out
}

// eventLine shows an event of a stream by its own time; its content stays in the stream.
func eventLine(e bus.Stored) Line {
	tokens := strings.Split(e.Subject, ".")
	line := Line{At: e.At, Source: tokens[1], Kind: "event", Title: strings.Join(tokens[1:3], ".")}
	read, message, err := event.Read(e.Subject, e.Header, e.Data, e.At)
	if err != nil {
		line.Title += " (unreadable: " + fault.CodeOf(err) + ")"
		return line
	}
	line.At, line.Details = read.Time, append(particulars(message), Detail{"event_id", read.ID})
	return line
}

// told are the fields of an event that its line in a story shows; none of them can hold an openid or a secret.
var told = []protoreflect.Name{
	"code", "field", "text", "text_zh", "text_en", "reason", "problem", "fact", "outcome", "accepted_at", "old_total_amount_fen", "total_amount_fen", "paid_amount_fen",
	"amount_fen", "refunded_amount_fen", "transaction_id", "out_refund_no", "request_id", "age_seconds", "confirm_before", "paid_at", "refunded_at",
}

// particulars are what an event says beside its name, as far as it is told.
func particulars(m proto.Message) (found []Detail) {
	r := m.ProtoReflect()
	for _, name := range told {
		field := r.Descriptor().Fields().ByName(name)
		if field == nil || !r.Has(field) {
			continue
		}
		if inner, ok := r.Get(field).Interface().(protoreflect.Message); ok {
			if at, ok := inner.Interface().(*timestamppb.Timestamp); ok {
				found = append(found, Detail{string(name), at.AsTime().Format(time.RFC3339Nano)})
			} else {
				found = append(found, particulars(inner.Interface())...)
			}
			continue
		}
		found = append(found, Detail{string(name), r.Get(field).String()})
	}
	return found
}

// merchantOf finds whose number it is.
func merchantOf(stored []bus.Stored, outOrderNo string) (string, error) {
	var merchants []string
	for _, e := range stored {
		if m := strings.Split(e.Subject, ".")[3]; !slices.Contains(merchants, m) {
			merchants = append(merchants, m)
		}
	}
	switch len(merchants) {
	case 1:
		return merchants[0], nil
	case 0:
		return "", fault.New(fault.NotFound, "order_not_found",
			"no stream holds an event about %s; name its merchant with --merchant to ask the services' own records", outOrderNo)
	default:
		return "", fault.Invalid("merchant", "merchant_needed", "%s was used by merchants %s: name one with --merchant",
			outOrderNo, strings.Join(merchants, ", "))
	}
}
