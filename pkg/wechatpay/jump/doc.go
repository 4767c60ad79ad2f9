// Package jump writes what a front end needs to open WeChat's own pages: authorise a service, see an order, confirm an
// order (wechat-protocol.md §5.4, §10.2 no. 19). It sends nothing. The facts are from public WeChat documents and SDK typings
// and want a check before a release; that the confirm page is signed over five fields is from WeChat's own page
// (pay.weixin.qq.com/doc/global/v3/zh/4014096501).
package jump
