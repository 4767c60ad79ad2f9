// Package face is what WeChat has for face terminals: the v2 XML interface get_wxpayface_authinfo (wechat-protocol.md §2),
// and the UnionID of a recognised user, which is APIv3 (§4). authinfo, rawdata and face_sid never reach an error text or
// a log.
package face
