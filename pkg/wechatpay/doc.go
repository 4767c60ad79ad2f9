// Package wechatpay is facepay's side of the WeChat Pay API: the keys of one account, the ring of keys that verify
// what WeChat signs, and the signed APIv3 transport with a three-valued outcome.
//
// Signing and signature checking are wechatpay-go's (v0.2.21). Its core.Client is not used: it reads the machine's
// clock, re-encodes queries, has no bound on an answer, and its APIError prints headers and detail.
//
// Sub-packages: payscore (service orders), face (v2 XML, authinfo), notify (callbacks).
// Protocol facts cite wechat-protocol.md by section.
package wechatpay
