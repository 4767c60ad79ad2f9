package demo

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/facepay-go/facepay/services/standalone/secrets"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

// Secrets is what came of the search for secrets.
type Secrets struct {
	// Searched is how many values were searched for: keys, authinfo, rawdata, openids, face_sids.
	Searched int `json:"searched"`
	// OutOfPlace is how many logs, errors, messages and stories held one that does not belong there.
	OutOfPlace int `json:"out_of_place"`
}

// secrets searches the log, the errors, every message of every stream, the dead letters, and the story of one visit of
// each scenario for every secret of this demo (invariant 8).
func (x *examiner) secrets(ctx context.Context, s *stack.Stack, all *shops, o Options, used *secrets.Used, visits []*visit) error {
	js, err := jetstream.New(s.Bus.Conn())
	if err != nil {
		return err
	}
	log, err := o.Log()
	if err != nil {
		return err
	}
	var found []string
	if kinds := used.In(log); len(kinds) > 0 {
		found = append(found, fmt.Sprintf("the log holds %v", kinds))
	}
	first := map[*scenario]*visit{}
	var failed error
	for _, v := range visits {
		first[v.scenario] = v
		failed = errors.Join(failed, v.err)
	}
	if kinds := used.In(fmt.Sprint(failed)); len(kinds) > 0 {
		found = append(found, fmt.Sprintf("the errors hold %v", kinds))
	}
	more, err := used.Streams(ctx, js)
	if err != nil {
		return err
	}
	found = append(found, more...)
	for _, v := range first {
		more, err := used.Stories(ctx, s.Bus, all.of(v).Merchant, v.number)
		if err != nil {
			return err
		}
		found = append(found, more...)
	}
	x.report.Secrets = Secrets{Searched: used.Count(), OutOfPlace: len(found)}
	for _, place := range found {
		x.broken("8 no secret out of its place: %s", place)
	}
	return nil
}
