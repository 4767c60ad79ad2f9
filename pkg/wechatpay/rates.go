package wechatpay

import (
	"strconv"
	"time"

	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/gate"
)

// rates are the configured rates of an account by operation; "" is for every operation that is not named.
type rates map[Operation]merchant.Rate

// rates checks that each names an operation; merchant.Validate holds the numbers.
func (r *keyReader) rates(list []merchant.Rate) rates {
	all := rates{}
	for i, rate := range list {
		op := Operation(rate.Operation)
		if op != "" && !knownOperation(op) {
			r.fail("rates["+strconv.Itoa(i)+"].operation", "operation", "%q is no operation of WeChat Pay that is called here", rate.Operation)
		}
		all[op] = rate
	}
	return all
}

// of is the share of one of so many replicas. The burst is shared too, but nobody has less than one.
func (r rates) of(op Operation, replicas int) gate.Rate {
	rate, named := r[op]
	if !named {
		if rate, named = r[""]; !named {
			return gate.Rate{}
		}
	}
	return gate.Rate{
		Every: time.Duration(float64(replicas) * float64(time.Second) / rate.PerSecond),
		Burst: max(1, rate.Burst/replicas),
	}
}
