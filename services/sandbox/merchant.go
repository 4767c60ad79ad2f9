package sandbox

import (
	"net/url"
	"regexp"
	"slices"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/services/sandbox/account"
	"github.com/facepay-go/facepay/services/sandbox/bill"
)

var mchIDPattern = regexp.MustCompile(`^[0-9]{8,10}$`)

// account checks the merchant and makes what the provider works with. Errors are of class Terminal and name the field.
func (m Merchant) account() (*account.Merchant, error) {
	ring, err := m.ring()
	if err != nil {
		return nil, err
	}
	invalid := func(field, rule string) error {
		return fault.Invalid("merchants."+field, "merchant_invalid", "merchant %s: %s", m.MchID, rule)
	}
	switch {
	case !mchIDPattern.MatchString(m.MchID):
		return nil, invalid("mchid", "must be 8–10 digits")
	case len(m.AppIDs) == 0:
		return nil, invalid("appids", "needs at least one")
	case m.Serial == "" || m.PublicKey == nil:
		return nil, invalid("merchant_serial", "needs serial and public key of the merchant certificate")
	case len(m.APIv2Key) != 32:
		return nil, invalid("apiv2_key", "must have 32 characters")
	case len(m.APIv3Key) != 32 && len(m.APIv3Key) != 0:
		return nil, invalid("apiv3_key", "must have 32 bytes or be absent")
	}
	if !urlOrAbsent(m.RefundNotifyURL) {
		return nil, invalid("refund_notify_url", "must be an http or https URL, or absent")
	}
	rate := bill.UsualRate
	if m.FeeRate != "" {
		if rate, err = bill.ParseRate(m.FeeRate); err != nil {
			return nil, invalid("fee_rate", `must be a percentage like "0.60%", at most 10.00%`)
		}
	}
	known := &account.Merchant{MchID: m.MchID, AppIDs: m.AppIDs, Serial: m.Serial, PublicKey: m.PublicKey, APIv2Key: m.APIv2Key, APIv3Key: m.APIv3Key, Ring: ring,
		RefundNotifyURL: m.RefundNotifyURL, FeeRate: rate}
	for _, s := range m.Services {
		service, err := s.account(invalid)
		if err != nil {
			return nil, err
		}
		known.Services = append(known.Services, service)
	}
	for _, s := range m.SubMerchants {
		if _, twice := known.SubMerchant(s.MchID); twice || !mchIDPattern.MatchString(s.MchID) {
			return nil, invalid("sub_merchants.sub_mchid", "each must be 8–10 digits, and there once")
		}
		known.SubMerchants = append(known.SubMerchants, account.SubMerchant(s))
	}
	return known, nil
}

// account checks the service and fills in what is usual.
func (s Service) account(invalid func(field, rule string) error) (account.Service, error) {
	if s.RiskMode == "" {
		s.RiskMode = account.Refuse
	}
	if s.ID == "" || len(s.ID) > 32 || s.Cap <= 0 || s.RiskMode != account.Refuse && s.RiskMode != account.Deposit {
		return account.Service{}, invalid("services", "each needs an id of at most 32 characters, a positive cap, and risk_mode refuse or deposit")
	}
	if !urlOrAbsent(s.NotifyURL) {
		return account.Service{}, invalid("services.service_notify_url", "must be an http or https URL, or absent")
	}
	allowed := account.RiskNames(s.Confirm)
	if len(s.RiskNames) == 0 {
		s.RiskNames = allowed
	}
	for _, name := range s.RiskNames {
		if !slices.Contains(allowed, name) {
			return account.Service{}, invalid("services.risk_names", "must be names that the service's mode may have")
		}
	}
	return account.Service(s), nil
}

func urlOrAbsent(text string) bool {
	u, err := url.Parse(text)
	return text == "" || err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}
