package control

import (
	"net/http"

	"github.com/facepay-go/facepay/pkg/fault"
	plan "github.com/facepay-go/facepay/services/sandbox/fault"
	"github.com/facepay-go/facepay/services/sandbox/scenarios"
)

type scenariosAnswer struct {
	Scenarios []*scenarios.Scenario `json:"scenarios"`
}

func (a *API) listScenarios(*http.Request) (any, error) {
	return scenariosAnswer{a.Scenarios.All()}, nil
}

// Applied is a scenario with the rules that are in force because of it.
type Applied struct {
	*scenarios.Scenario
	Rules []plan.Rule `json:"rules"`
}

// applyScenario is POST {"out_order_no_prefix"}: the scenario's rules for orders whose number starts so; without a body,
// or with an empty prefix, for its own.
func (a *API) applyScenario(r *http.Request) (any, error) {
	s, err := a.Scenarios.Get(r.PathValue("name"))
	if err != nil {
		return nil, err
	}
	var body struct {
		Prefix string `json:"out_order_no_prefix"`
	}
	if r.ContentLength != 0 {
		if err := read(r, &body); err != nil {
			return nil, err
		}
	}
	if len(body.Prefix) > 32 {
		return nil, fault.Invalid("out_order_no_prefix", "prefix", "is longer than a number")
	}
	applied := Applied{Scenario: s}
	for _, rule := range s.Rules(body.Prefix) {
		if rule, err = a.Faults.Add(rule); err != nil {
			return nil, err
		}
		applied.Rules = append(applied.Rules, rule)
	}
	return applied, nil
}
