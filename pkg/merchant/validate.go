package merchant

import (
	"errors"
	"fmt"

	"github.com/facepay-go/facepay/pkg/fault"
)

// Validate holds the file, with its defaults set, to every rule of the schema. It joins one error of class Terminal per
// broken rule, each naming its field: merchants[1].wechat.services[0].cap_fen.
func (f *File) Validate() error {
	v := &validation{accounts: map[string]*Account{}}
	v.need("accounts", len(f.Accounts) > 0, "empty", "needs at least one account")
	v.need("merchants", len(f.Merchants) > 0, "empty", "needs at least one merchant")
	v.checkAccounts(f.Accounts)
	v.checkMerchants(f.Merchants)
	return errors.Join(v.broken...)
}

// validation collects what is broken.
type validation struct {
	broken   []error
	accounts map[string]*Account
}

// need is one rule of one field; code is the rule's.
func (v *validation) need(field string, holds bool, code, rule string) {
	if !holds {
		v.broken = append(v.broken, fault.Invalid(field, code, "%s", rule))
	}
}

// seen tells where a value was used first, so that a duplicate names both places.
type seen map[string]string

// unique is the rule that nobody else has the value; an empty one is another rule's matter.
func (v *validation) unique(values seen, value, field, code string) {
	first, taken := values[value]
	if value == "" {
		return
	}
	v.need(field, !taken, code, "is the same as "+first)
	if !taken {
		values[value] = field
	}
}

func at(list string, i int, field string) string { return fmt.Sprintf("%s[%d].%s", list, i, field) }
