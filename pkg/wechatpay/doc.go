// Package wechatpay is facepay's side of the WeChat Pay API: the keys of one account, the ring of keys that verify
// what WeChat signs, and the signed APIv3 transport with a three-valued outcome.
//
// Signing and signature checking are wechatpay-go's (v0.2.21). Its core.Client is not used: it reads the machine's
// clock, re-encodes queries, has no bound on an answer, and its APIError prints headers and detail.
//
// What an answer means stands in one table (Rows, Judge), printed in ANSWERS.md.
//
// Sub-packages: payscore (service orders), refund, permission (authorisations), face (v2 XML, authinfo; UnionID), jump
// (parameters that open WeChat's own pages), notify (callbacks).
// Protocol facts cite wechat-protocol.md by section.
package wechatpay
