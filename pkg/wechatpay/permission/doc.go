// Package permission is the authorisation (授权) of a no-confirm service by a user: pre-authorise, query, terminate
// (wechat-protocol.md §5). A need-confirm service has none: WeChat answers NO_AUTH. With a face the kiosk's SDK does the
// authorisation; this is for users without one, for checks and for ending it. An openid, which stands in paths here,
// reaches neither an error text nor a log.
package permission
