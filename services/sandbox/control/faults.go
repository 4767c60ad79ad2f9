package control

import (
	"net/http"

	plan "github.com/facepay-go/facepay/services/sandbox/fault"
)

type faultsAnswer struct {
	Rules []plan.Status `json:"rules"`
}

func (a *API) listFaults(*http.Request) (any, error) { return faultsAnswer{a.Faults.Status()}, nil }

func (a *API) addFault(r *http.Request) (any, error) {
	var rule plan.Rule
	if err := read(r, &rule); err != nil {
		return nil, err
	}
	return a.Faults.Add(rule)
}

// removeFault removes one rule, or all when the path names none.
func (a *API) removeFault(r *http.Request) (any, error) {
	return nothing{}, a.Faults.Remove(r.PathValue("id"))
}
