package wechat

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"
)

// fields collects the first rule a request breaks; later checks do nothing.
type fields struct{ refused *refusal }

func (f *fields) require(ok bool, field, message string) {
	if !ok && f.refused == nil {
		f.refused = badField(field, message)
	}
}

// text wants 1..most characters; characters are counted, not bytes (wechat-protocol.md §10.1).
func (f *fields) text(field, value string, most int) {
	f.require(value != "", field, field+"不能为空")
	f.optional(field, value, most)
}

func (f *fields) optional(field, value string, most int) {
	f.require(utf8.RuneCountInString(value) <= most, field, fmt.Sprintf("%s超过%d个字符", field, most))
}

// orderNumber is 1..32 of digits, letters and _-|* (wechat-protocol.md §6.2).
var orderNumber = regexp.MustCompile(`^[0-9A-Za-z_\-|*]{1,32}$`)

func (f *fields) orderNo(field, value string) {
	f.require(orderNumber.MatchString(value), field, "商户服务订单号只能由数字、大小写字母、_-|*组成,且不超过32个字符")
}

// notifyURL checks §6.2: any absolute http(s) URL will do unless strict, since documentation samples and loopback
// receivers break the rule.
func (f *fields) notifyURL(field, value string, strict bool) {
	f.text(field, value, 255)
	f.url(field, value, strict)
}

// url checks the form of an address that callbacks go to.
func (f *fields) url(field, value string, strict bool) {
	u, err := url.Parse(value)
	f.require(err == nil && u != nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https"), field, "通知地址不是合法的URL")
	if strict && f.refused == nil {
		ok := u.Scheme == "https" && strings.Trim(u.Path, "/") != "" && u.RawQuery == "" && !strings.ContainsAny(value, " ?")
		f.require(ok, field, "通知地址必须为https,有路径,且不能携带参数")
	}
}
