package wechat

import (
	"net/http"
	"slices"
	"strings"
)

// emptyDetail is the detail that WeChat gives a text of the wrong length: value is the length.
type emptyDetail struct {
	Location string `json:"location"`
	Value    int    `json:"value"`
	Field    string `json:"field"`
}

// emptyText refuses an empty text: a text is string[1,n], what is optional is left out (wechat-protocol.md, conventions).
// The words are those of public error reports; there the field has its Chinese name, which the sheet does not have, and
// how the path of a list's element looks is not known.
func emptyText(location, field string) *refusal {
	path := "/" + location + "/" + strings.NewReplacer(".", "/", "[", "/", "]", "").Replace(field)
	message := "输入源“" + path + "”映射到值字段“" + field + "”字符串规则校验失败，字符数 0，小于最小值 1"
	return &refusal{400, paramError, message, internalOutOfRange, emptyDetail{location, 0, field}}
}

// queryNames are the parameters that calls have in their query (wechat-protocol.md §1.4, §4, §5.2, §6.3, §8.1, §8.2, §9.3).
var queryNames = []string{"account_type", "algorithm_type", "appid", "bill_date", "bill_type", "info_type", "openid", "out_order_no", "query_id",
	"service_id", "sub_appid", "sub_mchid", "sub_openid", "tar_type"}

// emptyQuery refuses a parameter that is there and empty.
func emptyQuery(r *http.Request) *refusal {
	q := r.URL.Query()
	for _, name := range queryNames {
		if slices.Contains(q[name], "") {
			return emptyText("query", name)
		}
	}
	return nil
}
