// Package notify reads WeChat Pay's callbacks (回调通知, wechat-protocol.md §7): verify the raw bytes, open the envelope,
// decrypt the resource, decode the entity. Every refusal has a wechatpay.Reason.
package notify
