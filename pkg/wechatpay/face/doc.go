// Package face is WeChat's v2 XML interface for face terminals: get_wxpayface_authinfo (wechat-protocol.md §2). authinfo
// and rawdata never reach an error text or a log.
package face
