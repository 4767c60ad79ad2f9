// Package scenarios holds the provider's misbehaviour as files: what goes wrong, what the merchant's side does meanwhile,
// and what a correct client ends with. A scenario is data for people to read, for the sandbox to play, and for tests of any
// client to be held to.
package scenarios

import (
	"fmt"
	"regexp"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
	plan "github.com/facepay-go/facepay/services/sandbox/fault"
)

// Scenario is one file.
type Scenario struct {
	// Name is lower-case words with hyphens; the file is named after it.
	Name  string `yaml:"name" json:"name"`
	Title Text   `yaml:"title" json:"title"`
	// Prefix starts the numbers of the orders it strikes, unless whoever applies it chooses another: 1..6 capitals and digits.
	Prefix string `yaml:"out_order_no_prefix" json:"out_order_no_prefix"`
	// Faults are rules as in the configuration, without a number: that comes with the application.
	Faults []plan.Rule `yaml:"faults" json:"faults"`
	Visit  Visit       `yaml:"visit" json:"visit"`
	Expect Expect      `yaml:"expect" json:"expect"`
}

// Text is for people, in English and Chinese.
type Text struct {
	EN string `yaml:"en" json:"en"`
	ZH string `yaml:"zh" json:"zh"`
}

// Visit is what the merchant's side does with an order it opened.
type Visit struct {
	// Ends is "complete" or "cancel".
	Ends string `yaml:"ends" json:"ends"`
	// TotalFen is what the completion commands, 0 on a cancel.
	TotalFen money.Fen `yaml:"total_fen" json:"total_fen"`
}

// Ends of a visit.
const (
	Complete = "complete"
	Cancel   = "cancel"
)

// Expect is what a correct client ends with; the sandbox's book says the same.
type Expect struct {
	// State is "paid" or "revoked".
	State string `yaml:"state" json:"state"`
	// PaidFen is what the client counts as paid.
	PaidFen money.Fen `yaml:"paid_fen" json:"paid_fen"`
	// Alarm is true when a person should be told.
	Alarm bool `yaml:"alarm" json:"alarm"`
	// Notes say what matters on the way.
	Notes Text `yaml:"notes" json:"notes"`
}

// States a client ends with.
const (
	Paid    = "paid"
	Revoked = "revoked"
)

var (
	namePattern   = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	prefixPattern = regexp.MustCompile(`^[A-Z0-9]{1,6}$`)
)

// Validate answers a Terminal error that names the field as people write it: faults[1].delay_ms.
func (s *Scenario) Validate() error {
	invalid := func(field, rule string) error { return fault.Invalid(field, "scenario_invalid", "%s", rule) }
	switch {
	case !namePattern.MatchString(s.Name):
		return invalid("name", "must be lower-case words with hyphens")
	case s.Title.EN == "":
		return invalid("title.en", "is needed")
	case s.Title.ZH == "":
		return invalid("title.zh", "is needed")
	case !prefixPattern.MatchString(s.Prefix):
		return invalid("out_order_no_prefix", "must be 1 to 6 capitals and digits")
	case len(s.Faults) == 0:
		return invalid("faults", "needs at least one")
	}
	for i, r := range s.Faults {
		if err := validRule(r); err != nil {
			return invalid(fmt.Sprintf("faults[%d].%s", i, fault.FieldOf(err)), fault.TextOf(err))
		}
	}
	return s.validEnd(invalid)
}

func validRule(r plan.Rule) error {
	if r.OutOrderNo != "" {
		return fault.Invalid("out_order_no", "scenario_invalid", "comes with the application of the scenario")
	}
	if r.OutOrderNoPrefix != "" {
		return fault.Invalid("out_order_no_prefix", "scenario_invalid", "comes with the application of the scenario")
	}
	return r.Validate()
}

func (s *Scenario) validEnd(invalid func(field, rule string) error) error {
	switch {
	case s.Visit.Ends != Complete && s.Visit.Ends != Cancel:
		return invalid("visit.ends", "must be complete or cancel")
	case (s.Visit.Ends == Complete) != (s.Visit.TotalFen > 0) || s.Visit.TotalFen < 0:
		return invalid("visit.total_fen", "must be positive for complete, absent for cancel")
	case s.Expect.State != Paid && s.Expect.State != Revoked:
		return invalid("expect.state", "must be paid or revoked")
	case (s.Expect.State == Paid) != (s.Expect.PaidFen > 0) || s.Expect.PaidFen < 0:
		return invalid("expect.paid_fen", "must be positive for paid, absent for revoked")
	case s.Expect.Notes.EN == "":
		return invalid("expect.notes.en", "is needed")
	case s.Expect.Notes.ZH == "":
		return invalid("expect.notes.zh", "is needed")
	}
	return nil
}

// Rules are the faults for orders whose number starts with prefix; "" is the scenario's own.
func (s *Scenario) Rules(prefix string) []plan.Rule {
	if prefix == "" {
		prefix = s.Prefix
	}
	rules := make([]plan.Rule, len(s.Faults))
	for i, r := range s.Faults {
		r.OutOrderNoPrefix, r.Scenario = prefix, s.Name
		rules[i] = r
	}
	return rules
}
