// Package wechatpay is facepay's side of the WeChat Pay API: the keys of one account, the ring of keys that verify
// what WeChat signs, and the signed APIv3 transport with a three-valued outcome.
//
// Signing and signature checking are wechatpay-go's (v0.2.21). Its core.Client is not used: it reads the machine's
// clock, re-encodes queries, has no bound on an answer, and its APIError prints headers and detail.
//
// What an answer means stands in one table (Rows, Judge), printed in ANSWERS.md.
//
// An account's keys change while it is used: Account.Rekey takes over what its files hold, all at once or not at all, and
// KeyRing verifies by public keys and certificates side by side. Client holds its calls back by Limits: a rate and a
// back-off per operation, a circuit per account; what does not go is NotSent.
//
// Sub-packages: payscore (service orders), refund, permission (authorisations), face (v2 XML, authinfo; UnionID), jump
// (parameters that open WeChat's own pages), notify (callbacks), upkeep (reads key files again, downloads certificates, warns
// of their end).
// Protocol facts cite wechat-protocol.md by section.
package wechatpay
