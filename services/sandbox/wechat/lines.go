package wechat

import (
	"fmt"

	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/services/sandbox/book"
)

// goods is the only item name of smart retail, and the only one that may repeat (wechat-protocol.md §6.1).
const goods = "商品信息"

// stage says which rules of lines hold: amounts are optional on discounts at creation only.
type stage uint8

const (
	atCreation stage = iota + 1
	atCompletion
)

// payments checks post_payments (§6.1).
func (f *fields) payments(lines []book.Line, at stage) {
	f.require(len(lines) <= 100, "post_payments", "后付费项目最多100条")
	f.require(len(lines) > 0 || at == atCreation, "post_payments", "后付费项目不能为空")
	seen := map[string]bool{}
	for i, l := range lines {
		where := fmt.Sprintf("post_payments[%d].", i)
		f.require(l.Name != "" || at == atCreation, where+"name", "付费名称不能为空")
		f.require(l.Name == "" || l.Amount != nil || l.Description != "", where+"amount", "填写付费名称时,金额和说明必须填写其一")
		f.require(l.Name == goods || l.Name == "" || !seen[l.Name], where+"name", "付费名称不能重复")
		f.line(where, l)
		seen[l.Name] = true
	}
}

// discounts checks post_discounts (§6.1).
func (f *fields) discounts(lines []book.Line, at stage) {
	f.require(len(lines) <= 30, "post_discounts", "商户优惠最多30条")
	seen := map[string]bool{}
	for i, l := range lines {
		where := fmt.Sprintf("post_discounts[%d].", i)
		f.require((l.Name == "") == (l.Description == ""), where+"description", "优惠名称和优惠说明必须同时填写")
		f.require(l.Amount != nil || at == atCreation, where+"amount", "优惠金额不能为空")
		f.require(l.Name == "" || !seen[l.Name], where+"name", "优惠名称不能重复")
		f.line(where, l)
		seen[l.Name] = true
	}
}

func (f *fields) line(where string, l book.Line) {
	f.optional(where+"name", l.Name, 20)
	f.optional(where+"description", l.Description, 30)
	f.require(l.Amount == nil || *l.Amount >= 0, where+"amount", "金额不能为负数")
	f.require(l.Count == nil || *l.Count >= 1 && *l.Count <= 100, where+"count", "数量必须为1到100")
}

// smartRetail checks the vending rule (智慧零售, §6.1).
func (f *fields) smartRetail(lines []book.Line, at stage) {
	if at == atCreation {
		f.require(len(lines) == 0, "post_payments", "智慧零售创建订单时不能填写后付费项目")
		return
	}
	for i, l := range lines {
		where := fmt.Sprintf("post_payments[%d].", i)
		f.require(l.Name == goods, where+"name", "智慧零售的付费名称必须为商品信息")
		f.require(l.Amount != nil && l.Description != "" && l.Count != nil, where+"count", "智慧零售的金额、说明、数量必须填写")
	}
}

// total checks Σ payments − Σ discounts = total_amount ≥ 0 (§6.4).
func (f *fields) total(payments, discounts []book.Line, total *money.Fen) {
	f.require(total != nil, "total_amount", "总金额不能为空")
	if f.refused != nil {
		return
	}
	add, errAdd := money.Sum(amounts(payments)...)
	less, errLess := money.Sum(amounts(discounts)...)
	formula := errAdd == nil && errLess == nil && *total >= 0 && add-less == *total
	f.require(formula, "total_amount", "最终总金额计算非法")
}

func amounts(lines []book.Line) []money.Fen {
	var all []money.Fen
	for _, l := range lines {
		if l.Amount != nil {
			all = append(all, *l.Amount)
		}
	}
	return all
}
