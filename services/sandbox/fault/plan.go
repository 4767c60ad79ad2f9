package fault

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"

	"github.com/facepay-go/facepay/pkg/fault"
)

// Plan is the rules in force. It is safe for concurrent use and is not kept over a restart.
type Plan struct {
	mu     sync.Mutex
	serial int
	rules  []*armed
}

type armed struct {
	Rule
	hits int
	// used counts per out_order_no, for TimesPerOrder.
	used map[string]int
	dice *rand.Rand
}

// Status is a rule with how often it was used.
type Status struct {
	Rule
	Hits int `json:"hits"`
}

// NewPlan makes a plan of valid rules.
func NewPlan(rules []Rule) (*Plan, error) {
	p := &Plan{}
	for _, r := range rules {
		if _, err := p.Add(r); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// Add puts a rule behind the others and returns it with its id.
func (p *Plan) Add(r Rule) (Rule, error) {
	if err := r.Validate(); err != nil {
		return Rule{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.serial++
	r.ID = "f" + strconv.Itoa(p.serial)
	p.rules = append(p.rules, &armed{Rule: r, used: map[string]int{}, dice: rand.New(rand.NewPCG(r.Seed, uint64(p.serial)))})
	return r, nil
}

// Remove drops a rule; "" drops all. An unknown id is of class NotFound.
func (p *Plan) Remove(id string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := len(p.rules)
	p.rules = slices.DeleteFunc(p.rules, func(r *armed) bool { return id == "" || r.ID == id })
	if id != "" && len(p.rules) == before {
		return fault.New(fault.NotFound, "fault_rule", "no rule %q", id)
	}
	return nil
}

// Take gives the first rule that strikes now and counts it; Kind is "" when nothing goes wrong. One thing goes wrong at
// a time.
func (p *Plan) Take(s Subject) Rule {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.rules {
		if r.strikes(s) {
			return r.Rule
		}
	}
	return Rule{}
}

func (r *armed) strikes(s Subject) bool {
	if !r.matches(s) || (r.Times > 0 && r.hits >= r.Times) || (r.TimesPerOrder > 0 && r.used[s.OutOrderNo] >= r.TimesPerOrder) {
		return false
	}
	if r.PerMille > 0 && r.dice.IntN(1000) >= r.PerMille {
		return false
	}
	r.hits++
	if r.TimesPerOrder > 0 {
		r.used[s.OutOrderNo]++
	}
	return true
}

// Status lists the rules in order.
func (p *Plan) Status() []Status {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := make([]Status, 0, len(p.rules))
	for _, r := range p.rules {
		list = append(list, Status{Rule: r.Rule, Hits: r.hits})
	}
	return list
}
