package payscore

import (
	"fmt"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/rule"
)

const (
	maxPayments  = 100
	maxDiscounts = 30
	maxCount     = 100
	maxName      = 20
	maxText      = 30
)

// validPayments checks the items of any request (§6.1).
func validPayments(list []Payment) error {
	if len(list) > maxPayments {
		return fault.Invalid("post_payments", "too_many", "%d items, %d are allowed", len(list), maxPayments)
	}
	seen := map[string]bool{}
	for i, p := range list {
		field := fmt.Sprintf("post_payments[%d]", i)
		if err := p.valid(field); err != nil {
			return err
		}
		if err := unique(seen, field, p.Name); err != nil {
			return err
		}
	}
	return nil
}

func (p Payment) valid(field string) error {
	if p.Name != "" && p.Amount == nil && p.Description == "" {
		return fault.Invalid(field, "payment_empty", "an item with a name has an amount or a description")
	}
	if p.Name == "" && p.Amount == nil && p.Description == "" { // a count alone says nothing
		return fault.Invalid(field, "payment_empty", "an item is not empty")
	}
	return rule.First(rule.Optional(field+".name", p.Name, maxName), rule.Optional(field+".description", p.Description, maxText),
		validAmount(field, p.Amount), validCount(field, p.Count))
}

// validDiscounts checks the discounts; on completion the amount is required (§6.1).
func validDiscounts(list []Discount, amounts bool) error {
	if len(list) > maxDiscounts {
		return fault.Invalid("post_discounts", "too_many", "%d discounts, %d are allowed", len(list), maxDiscounts)
	}
	seen := map[string]bool{}
	for i, d := range list {
		field := fmt.Sprintf("post_discounts[%d]", i)
		if err := d.valid(field, amounts); err != nil {
			return err
		}
		if err := unique(seen, field, d.Name); err != nil {
			return err
		}
	}
	return nil
}

func (d Discount) valid(field string, amounts bool) error {
	if d.Name == "" && d.Description == "" && d.Amount == nil {
		return fault.Invalid(field, "discount_empty", "a discount is not empty")
	}
	if (d.Name == "") != (d.Description == "") {
		return fault.Invalid(field, "discount_pair", "name and description of a discount come together")
	}
	if amounts && d.Amount == nil {
		return fault.Invalid(field+".amount", "required", "%s.amount is required", field)
	}
	return rule.First(rule.Optional(field+".name", d.Name, maxName), rule.Optional(field+".description", d.Description, maxText),
		validAmount(field, d.Amount), validCount(field, d.Count))
}

func unique(seen map[string]bool, field, name string) error {
	if name == "" || name == SmartRetailName {
		return nil
	}
	if seen[name] {
		return fault.Invalid(field+".name", "name_repeated", "names are unique within an order")
	}
	seen[name] = true
	return nil
}

func validAmount(field string, amount *money.Fen) error {
	if amount != nil && *amount < 0 {
		return fault.Invalid(field+".amount", "amount_negative", "an amount is not below 0 fen")
	}
	return nil
}

func validCount(field string, count int) error {
	if count < 0 || count > maxCount {
		return fault.Invalid(field+".count", "count_range", "a count is 1 to %d", maxCount)
	}
	return nil
}

// validNames: on complete and modify every item has a name (§6.1).
func validNames(list []Payment) error {
	for i, p := range list {
		if p.Name == "" {
			field := fmt.Sprintf("post_payments[%d].name", i)
			return fault.Invalid(field, "required", "%s is required", field)
		}
	}
	return nil
}

// validSmartRetail: every item of a completion is named 商品信息 and has amount, description and count (§6.1).
func validSmartRetail(list []Payment) error {
	if len(list) == 0 {
		return fault.Invalid("post_payments", "smart_retail_items", "a smart retail order has 1 to %d items", maxPayments)
	}
	for i, p := range list {
		if p.Name != SmartRetailName || p.Amount == nil || p.Description == "" || p.Count == 0 {
			return fault.Invalid(fmt.Sprintf("post_payments[%d]", i), "smart_retail_items",
				"a smart retail item is named %s and has amount, description and count", SmartRetailName)
		}
	}
	return nil
}

// validTotal checks total = Σ payments − Σ discounts, in checked fen (§6.4).
func validTotal(total money.Fen, payments []Payment, discounts []Discount) error {
	var sum money.Fen
	var err error
	for _, p := range payments {
		if p.Amount != nil && err == nil {
			sum, err = money.Add(sum, *p.Amount)
		}
	}
	for _, d := range discounts {
		if d.Amount != nil && err == nil {
			sum, err = money.Sub(sum, *d.Amount)
		}
	}
	if err != nil {
		return err
	}
	if total < 0 {
		return fault.Invalid("total_amount", "amount_negative", "an amount is not below 0 fen")
	}
	if total != sum {
		return fault.Invalid("total_amount", "total_amount_formula", "total_amount is %d fen, payments less discounts are %d fen", total, sum)
	}
	return nil
}
