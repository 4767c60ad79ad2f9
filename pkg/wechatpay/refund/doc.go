// Package refund is WeChat's refunds (退款) of what was deducted for an order: requests that are validated before they
// are frozen, the refund entity, and the calls (wechat-protocol.md §9). A refund is of one deduction, named by its
// transaction_id: an order with several deductions takes one refund each, and an order's own number never works (§10.2
// no. 7).
package refund
