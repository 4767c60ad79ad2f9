package payscore

import "github.com/facepay-go/facepay/pkg/money"

// Payment is one item the user pays for (后付费项目). A present amount may be 0, so it is a pointer: new(money.Fen(0)).
type Payment struct {
	// Name is at most 20 characters, unique within the order unless it is SmartRetailName.
	Name string `json:"name,omitempty"`
	// Amount is the total of the line in fen, not a unit price; nil is absent.
	Amount *money.Fen `json:"amount,omitempty"`
	// Description is at most 30 characters; in smart retail the name of the goods.
	Description string `json:"description,omitempty"`
	// Count is 1..100, for display only: it multiplies nothing. 0 is absent.
	Count int `json:"count,omitempty"`
}

// Discount is one item that lowers the total (商户优惠).
type Discount struct {
	// Name is at most 20 characters and unique; it comes together with Description, at most 30.
	Name        string `json:"name,omitempty"`
	Description string `json:"description,omitempty"`
	// Amount is in fen; optional on create, required on completion. nil is absent.
	Amount *money.Fen `json:"amount,omitempty"`
	// Count is at most 100. 0 is absent.
	Count int `json:"count,omitempty"`
}

// TimeRange is when the service is used, in compact Beijing times (see Compact); remarks are at most 20 characters.
type TimeRange struct {
	// StartTime is yyyyMMddHHmmss, yyyyMMdd or OnAccept.
	StartTime       string `json:"start_time,omitempty"`
	StartTimeRemark string `json:"start_time_remark,omitempty"`
	// EndTime is yyyyMMddHHmmss or yyyyMMdd.
	EndTime       string `json:"end_time,omitempty"`
	EndTimeRemark string `json:"end_time_remark,omitempty"`
}

// Location is where the service is used, at most 50 characters each; an end needs a start.
type Location struct {
	StartLocation string `json:"start_location,omitempty"`
	EndLocation   string `json:"end_location,omitempty"`
}

// RiskFund is the amount at risk (订单风险金).
type RiskFund struct {
	Name RiskFundName `json:"name"`
	// Amount is in fen, above 0 and not above the cap of the service.
	Amount money.Fen `json:"amount"`
	// Description is at most 30 characters.
	Description string `json:"description,omitempty"`
}

// RiskFundName is the kind of risk fund; the mode of the service decides which are allowed (§6.1).
type RiskFundName string

const (
	// FundDeposit, FundAdvance and FundCashDeposit are deposit-free (先免) kinds, of need-confirm services only.
	FundDeposit     RiskFundName = "DEPOSIT"
	FundAdvance     RiskFundName = "ADVANCE"
	FundCashDeposit RiskFundName = "CASH_DEPOSIT"
	// FundEstimate is the use-first (先享) kind, the only one a no-confirm service may use.
	FundEstimate RiskFundName = "ESTIMATE_ORDER_COST"
)

// depositFree reports a 先免 kind.
func (n RiskFundName) depositFree() bool {
	return n == FundDeposit || n == FundAdvance || n == FundCashDeposit
}

// Device is the terminal; StartDeviceID is demanded at acceptance of unattended devices (§6.1).
type Device struct {
	StartDeviceID string `json:"start_device_id,omitempty"`
	EndDeviceID   string `json:"end_device_id,omitempty"`
	// MaterielNo is a URL.
	MaterielNo string `json:"materiel_no,omitempty"`
}

// SmartRetailName is the one item name of smart retail orders (智慧零售); it may repeat (§6.1).
const SmartRetailName = "商品信息"
