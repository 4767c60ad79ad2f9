// Package payscore is WeChat PayScore service orders (支付分订单): requests that are validated before they are frozen,
// the order entity as WeChat tells it, and the calls. Encoding is strict, decoding is tolerant.
// (wechat-protocol.md §6, limits §10.1.)
package payscore
