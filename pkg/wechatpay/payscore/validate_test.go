package payscore_test

import (
	"strings"
	"testing"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/pkg/wechatpay/payscore"
	"pgregory.net/rapid"
)

func check(t *testing.T, err error, field, code string) {
	t.Helper()
	if code == "" {
		if err != nil {
			t.Error(err)
		}
		return
	}
	f, ok := err.(*fault.Error)
	if !ok || f.Class != fault.Terminal || f.Code != code || f.Field != field {
		t.Errorf("%v, want %s [%s]", err, code, field)
	}
}

func TestCreateIsHeldToEveryRule(t *testing.T) {
	type R = payscore.CreateRequest
	type S = merchant.PayScoreService
	confirm := func(r *R, s *S) { s.Confirm, r.NeedUserConfirm, r.OpenID = true, true, "" }
	for name, c := range map[string]struct {
		change      func(*R, *S)
		field, code string
	}{
		"the example":                   {func(*R, *S) {}, "", ""},
		"number of 32 in the charset":   {func(r *R, _ *S) { r.OutOrderNo = "_-|*" + strings.Repeat("9", 28) }, "", ""},
		"number of 33":                  {func(r *R, _ *S) { r.OutOrderNo = strings.Repeat("9", 33) }, "out_order_no", "order_no_form"},
		"no number":                     {func(r *R, _ *S) { r.OutOrderNo = "" }, "out_order_no", "order_no_form"},
		"number with @":                 {func(r *R, _ *S) { r.OutOrderNo = "a@b" }, "out_order_no", "order_no_form"},
		"number with a line feed":       {func(r *R, _ *S) { r.OutOrderNo = "a\n" }, "out_order_no", "order_no_form"},
		"no appid":                      {func(r *R, _ *S) { r.AppID = "" }, "appid", "required"},
		"no service":                    {func(r *R, _ *S) { r.ServiceID = "" }, "service_id", "required"},
		"no introduction":               {func(r *R, _ *S) { r.ServiceIntroduction = "" }, "service_introduction", "required"},
		"introduction of 20 characters": {func(r *R, _ *S) { r.ServiceIntroduction = strings.Repeat("柜", 20) }, "", ""},
		"introduction of 21 characters": {func(r *R, _ *S) { r.ServiceIntroduction = strings.Repeat("柜", 21) }, "service_introduction", "too_long"},
		"introduction not UTF-8":        {func(r *R, _ *S) { r.ServiceIntroduction = "\xff" }, "service_introduction", "not_utf8"},
		"confirm asked of a no-confirm": {func(r *R, _ *S) { r.NeedUserConfirm = true }, "need_user_confirm", "confirm_mode"},
		"no confirm asked of a confirm": {func(_ *R, s *S) { s.Confirm = true }, "need_user_confirm", "confirm_mode"},
		"need-confirm":                  {confirm, "", ""},
		"need-confirm with a deposit":   {func(r *R, s *S) { confirm(r, s); r.RiskFund.Name = payscore.FundDeposit }, "", ""},
		"need-confirm with an openid":   {func(r *R, s *S) { confirm(r, s); r.OpenID = "o" }, "openid", "not_allowed"},
		"no openid":                     {func(r *R, _ *S) { r.OpenID = "" }, "openid", "required"},
		"openid of 129":                 {func(r *R, _ *S) { r.OpenID = strings.Repeat("o", 129) }, "openid", "too_long"},
		"sub_openid, direct":            {func(r *R, _ *S) { r.SubOpenID = "o" }, "sub_openid", "not_allowed"},
		"partner with sub_openid":       {func(r *R, _ *S) { r.SubMchID, r.OpenID, r.SubOpenID = "1900000110", "", "o" }, "", ""},
		"partner with both":             {func(r *R, _ *S) { r.SubMchID, r.SubOpenID = "1900000110", "o" }, "openid", "openid_choice"},
		"partner with neither":          {func(r *R, _ *S) { r.SubMchID, r.OpenID = "1900000110", "" }, "openid", "openid_choice"},
		"deposit on a no-confirm":       {func(r *R, _ *S) { r.RiskFund.Name = payscore.FundDeposit }, "risk_fund.name", "risk_fund_name"},
		"an unknown fund":               {func(r *R, _ *S) { r.RiskFund.Name = "X" }, "risk_fund.name", "risk_fund_name"},
		"fund of 0":                     {func(r *R, _ *S) { r.RiskFund.Amount = 0 }, "risk_fund.amount", "risk_fund_amount"},
		"fund at the cap":               {func(r *R, _ *S) { r.RiskFund.Amount = 20000 }, "", ""},
		"fund above the cap":            {func(r *R, _ *S) { r.RiskFund.Amount = 20001 }, "risk_fund.amount", "risk_fund_amount"},
		"no cap configured":             {func(_ *R, s *S) { s.Cap = 0 }, "service.cap_fen", "cap_missing"},
		"fund text of 31":               {func(r *R, _ *S) { r.RiskFund.Description = strings.Repeat("x", 31) }, "risk_fund.description", "too_long"},
		"end location alone":            {func(r *R, _ *S) { r.Location = payscore.Location{EndLocation: "x"} }, "location.end_location", "location_start"},
		"location of 51":                {func(r *R, _ *S) { r.Location.StartLocation = strings.Repeat("x", 51) }, "location.start_location", "too_long"},
		"attach not encoded":            {func(r *R, _ *S) { r.Attach = "batch=7" }, "attach", "attach_encoding"},
		"attach badly encoded":          {func(r *R, _ *S) { r.Attach = "%z" }, "attach", "attach_encoding"},
		"attach of 257":                 {func(r *R, _ *S) { r.Attach = strings.Repeat("x", 257) }, "attach", "too_long"},
		"no notify_url":                 {func(r *R, _ *S) { r.NotifyURL = "" }, "notify_url", "required"},
		"notify_url with a query":       {func(r *R, _ *S) { r.NotifyURL += "?a=1" }, "notify_url", "notify_url_query"},
		"notify_url without a path":     {func(r *R, _ *S) { r.NotifyURL = "https://pay.example.com" }, "notify_url", "notify_url_path"},
		"notify_url with a blank":       {func(r *R, _ *S) { r.NotifyURL += " x" }, "notify_url", "notify_url_query"},
		"notify_url relative":           {func(r *R, _ *S) { r.NotifyURL = "/wx" }, "notify_url", "notify_url_form"},
		"notify_url of 256":             {func(r *R, _ *S) { r.NotifyURL += strings.Repeat("x", 256) }, "notify_url", "too_long"},
		"start a second ahead":          {func(r *R, _ *S) { r.TimeRange.StartTime = "20231115061505" }, "", ""},
		"start now":                     {func(r *R, _ *S) { r.TimeRange.StartTime = "20231115061504" }, "time_range.start_time", "time_past"},
		"start today":                   {func(r *R, _ *S) { r.TimeRange.StartTime = "20231115" }, "", ""},
		"start yesterday":               {func(r *R, _ *S) { r.TimeRange.StartTime = "20231114" }, "time_range.start_time", "time_past"},
		"start in another form":         {func(r *R, _ *S) { r.TimeRange.StartTime = "2023-11-16" }, "time_range.start_time", "time_form"},
		"no start":                      {func(r *R, _ *S) { r.TimeRange.StartTime = "" }, "time_range.start_time", "required"},
		"end in 61 s":                   {func(r *R, _ *S) { r.TimeRange.EndTime = "20231115061605" }, "", ""},
		"end in 60 s":                   {func(r *R, _ *S) { r.TimeRange.EndTime = "20231115061604" }, "time_range.end_time", "time_past"},
		"end before start":              {func(r *R, _ *S) { r.TimeRange.StartTime, r.TimeRange.EndTime = "20231115071504", "20231115071504" }, "time_range.end_time", "end_before_start"},
		"end day before start day":      {func(r *R, _ *S) { r.TimeRange.StartTime, r.TimeRange.EndTime = "20231117", "20231116" }, "time_range.end_time", "end_before_start"},
		"remark of 21":                  {func(r *R, _ *S) { r.TimeRange.StartTimeRemark = strings.Repeat("注", 21) }, "time_range.start_time_remark", "too_long"},
		"items":                         {func(r *R, _ *S) { r.PostPayments = []payscore.Payment{{Name: "充电", Description: "每小时2元"}} }, "", ""},
		"items of smart retail": {func(r *R, s *S) {
			s.SmartRetail = true
			r.PostPayments = []payscore.Payment{{Name: "x", Amount: new(money.Fen(1))}}
		}, "post_payments", "smart_retail_items"},
		"101 items":                      {func(r *R, _ *S) { r.PostPayments = make([]payscore.Payment, 101) }, "post_payments", "too_many"},
		"a name alone":                   {func(r *R, _ *S) { r.PostPayments = []payscore.Payment{{Name: "x"}} }, "post_payments[0]", "payment_empty"},
		"an empty item":                  {func(r *R, _ *S) { r.PostPayments = make([]payscore.Payment, 1) }, "post_payments[0]", "payment_empty"},
		"a count alone":                  {func(r *R, _ *S) { r.PostPayments = []payscore.Payment{{Count: 2}} }, "post_payments[0]", "payment_empty"},
		"an item without a name":         {func(r *R, _ *S) { r.PostPayments = []payscore.Payment{{Amount: new(money.Fen(1))}} }, "", ""},
		"an empty discount":              {func(r *R, _ *S) { r.PostDiscounts = make([]payscore.Discount, 1) }, "post_discounts[0]", "discount_empty"},
		"a materiel_no that is no URL":   {func(r *R, _ *S) { r.Device.MaterielNo = "K1" }, "device.materiel_no", "materiel_url"},
		"a materiel_no":                  {func(r *R, _ *S) { r.Device.MaterielNo = "https://example.com/k1" }, "", ""},
		"a discount without an amount":   {func(r *R, _ *S) { r.PostDiscounts = []payscore.Discount{{Name: "x", Description: "y"}} }, "", ""},
		"a discount without description": {func(r *R, _ *S) { r.PostDiscounts = []payscore.Discount{{Name: "x"}} }, "post_discounts[0]", "discount_pair"},
		"31 discounts":                   {func(r *R, _ *S) { r.PostDiscounts = make([]payscore.Discount, 31) }, "post_discounts", "too_many"},
	} {
		t.Run(name, func(t *testing.T) {
			r, s := create(), kiosk()
			c.change(&r, &s)
			check(t, r.Validate(s, now), c.field, c.code)
		})
	}
}

func TestAConfigurationWantsHTTPSForNotifications(t *testing.T) {
	check(t, payscore.ValidNotifyURL("https://pay.example.com/v1/notify/wechat/a"), "", "")
	check(t, payscore.ValidNotifyURL("http://127.0.0.1:8080/v1/notify/wechat/a"), "notify_url", "notify_url_https")
	check(t, payscore.ValidNotifyURL("https://user:pass@pay.example.com/x"), "notify_url", "notify_url_form")
	r := create()
	r.NotifyURL = "http://127.0.0.1:8080/v1/notify/wechat/a"
	check(t, r.Validate(kiosk(), now), "", "")
}

func TestCompleteIsHeldToEveryRule(t *testing.T) {
	type R = payscore.CompleteRequest
	type S = merchant.PayScoreService
	type O = payscore.Opened
	pay := func(amounts ...money.Fen) []payscore.Payment {
		var list []payscore.Payment
		for _, a := range amounts {
			list = append(list, payscore.Payment{Name: payscore.SmartRetailName, Amount: new(a), Description: "x", Count: 1})
		}
		return list
	}
	total := func(r *R, fen money.Fen) { r.PostPayments, r.PostDiscounts, r.TotalAmount = pay(fen), nil, fen }
	for name, c := range map[string]struct {
		change      func(*R, *S, *O)
		field, code string
	}{
		"the example":                   {func(*R, *S, *O) {}, "", ""},
		"smart retail":                  {func(_ *R, s *S, _ *O) { s.SmartRetail = true }, "", ""},
		"zero":                          {func(r *R, _ *S, _ *O) { total(r, 0) }, "", ""},
		"wrong total":                   {func(r *R, _ *S, _ *O) { r.TotalAmount = 400 }, "total_amount", "total_amount_formula"},
		"negative total":                {func(r *R, _ *S, _ *O) { r.PostDiscounts[0].Amount, r.TotalAmount = new(money.Fen(500)), -100 }, "total_amount", "amount_negative"},
		"negative amount":               {func(r *R, _ *S, _ *O) { r.PostPayments[0].Amount = new(money.Fen(-1)) }, "post_payments[0].amount", "amount_negative"},
		"a sum beyond int64":            {func(r *R, _ *S, _ *O) { r.PostPayments = pay(1<<62, 1<<62) }, "", "amount_overflow"},
		"total at the cap":              {func(r *R, _ *S, _ *O) { total(r, 20000) }, "", ""},
		"total above the cap":           {func(r *R, _ *S, _ *O) { total(r, 20001) }, "total_amount", "above_cap"},
		"deposit: total at the fund":    {func(r *R, s *S, _ *O) { s.RiskMode = merchant.Deposit; total(r, 10000) }, "", ""},
		"deposit: total above the fund": {func(r *R, s *S, _ *O) { s.RiskMode = merchant.Deposit; total(r, 10001) }, "total_amount", "above_cap"},
		"no cap configured":             {func(_ *R, s *S, _ *O) { s.Cap = 0 }, "service.cap_fen", "cap_missing"},
		"an item without a name":        {func(r *R, _ *S, _ *O) { r.PostPayments[0].Name = "" }, "post_payments[0].name", "required"},
		"a materiel_no that is no URL":  {func(r *R, _ *S, _ *O) { r.Device.MaterielNo = "/k1" }, "device.materiel_no", "materiel_url"},
		"no items":                      {func(r *R, _ *S, _ *O) { r.PostPayments = nil }, "post_payments", "required"},
		"100 items": {func(r *R, _ *S, _ *O) {
			r.PostPayments, r.PostDiscounts, r.TotalAmount = pay(make([]money.Fen, 100)...), nil, 0
		}, "", ""},
		"101 items": {func(r *R, _ *S, _ *O) { r.PostPayments = pay(make([]money.Fen, 101)...) }, "post_payments", "too_many"},
		"a name twice": {func(r *R, _ *S, _ *O) {
			r.PostPayments = pay(1, 2)
			r.PostPayments[0].Name, r.PostPayments[1].Name = "a", "a"
		}, "post_payments[1].name", "name_repeated"},
		"商品信息 twice":                       {func(r *R, _ *S, _ *O) { r.PostPayments, r.TotalAmount = pay(300, 100), 350 }, "", ""},
		"a discount twice":                 {func(r *R, _ *S, _ *O) { r.PostDiscounts = append(r.PostDiscounts, r.PostDiscounts[0]) }, "post_discounts[1].name", "name_repeated"},
		"a discount without amount":        {func(r *R, _ *S, _ *O) { r.PostDiscounts[0].Amount = nil }, "post_discounts[0].amount", "required"},
		"name of 21":                       {func(r *R, _ *S, _ *O) { r.PostPayments[0].Name = strings.Repeat("名", 21) }, "post_payments[0].name", "too_long"},
		"description of 31":                {func(r *R, _ *S, _ *O) { r.PostPayments[0].Description = strings.Repeat("描", 31) }, "post_payments[0].description", "too_long"},
		"count of 101":                     {func(r *R, _ *S, _ *O) { r.PostPayments[0].Count = 101 }, "post_payments[0].count", "count_range"},
		"negative count":                   {func(r *R, _ *S, _ *O) { r.PostDiscounts[0].Count = -1 }, "post_discounts[0].count", "count_range"},
		"smart retail of another name":     {func(r *R, s *S, _ *O) { s.SmartRetail = true; r.PostPayments[0].Name = "水" }, "post_payments[0]", "smart_retail_items"},
		"smart retail without count":       {func(r *R, s *S, _ *O) { s.SmartRetail = true; r.PostPayments[0].Count = 0 }, "post_payments[0]", "smart_retail_items"},
		"smart retail without description": {func(r *R, s *S, _ *O) { s.SmartRetail = true; r.PostPayments[0].Description = "" }, "post_payments[0]", "smart_retail_items"},
		"end now":                          {func(r *R, _ *S, _ *O) { r.TimeRange.EndTime = "20231115061504" }, "", ""},
		"end in the future":                {func(r *R, _ *S, _ *O) { r.TimeRange.EndTime = "20231115061505" }, "time_range.end_time", "time_future"},
		"end at the start":                 {func(r *R, _ *S, _ *O) { r.TimeRange.EndTime = "20231115061320" }, "time_range.end_time", "end_before_start"},
		"end by the day":                   {func(r *R, _ *S, _ *O) { r.TimeRange.EndTime = "20231115" }, "time_range.end_time", "time_precision"},
		"end by the day after OnAccept":    {func(r *R, _ *S, o *O) { o.StartTime = payscore.OnAccept; r.TimeRange.EndTime = "20231115" }, "time_range.end_time", "time_precision"},
		"end by the second after OnAccept": {func(_ *R, _ *S, o *O) { o.StartTime = payscore.OnAccept }, "", ""},
		"days":                             {func(r *R, _ *S, o *O) { o.StartTime = "20231115"; r.TimeRange.EndTime = "20231115" }, "", ""},
		"end day before start day":         {func(r *R, _ *S, o *O) { o.StartTime = "20231115"; r.TimeRange.EndTime = "20231114" }, "time_range.end_time", "end_before_start"},
		"no end":                           {func(r *R, _ *S, _ *O) { r.TimeRange.EndTime = "" }, "time_range.end_time", "required"},
		"no end when create had one":       {func(r *R, _ *S, o *O) { r.TimeRange.EndTime = ""; o.EndTime = "20231115071504" }, "", ""},
		"end not a time":                   {func(r *R, _ *S, _ *O) { r.TimeRange.EndTime = "soon" }, "time_range.end_time", "time_form"},
		"start not a time":                 {func(r *R, _ *S, _ *O) { r.TimeRange.StartTime = "soon" }, "time_range.start_time", "time_form"},
		"its own start after the end":      {func(r *R, _ *S, _ *O) { r.TimeRange.StartTime = "20231115061501" }, "time_range.end_time", "end_before_start"},
		"end location":                     {func(r *R, _ *S, _ *O) { r.Location.EndLocation = "x" }, "", ""},
		"end location without a start":     {func(r *R, _ *S, o *O) { r.Location.EndLocation = "x"; o.StartLocation = "" }, "location.end_location", "location_start"},
		"start location":                   {func(r *R, _ *S, _ *O) { r.Location.StartLocation = "x" }, "location.start_location", "not_allowed"},
		"goods tag of 33":                  {func(r *R, _ *S, _ *O) { r.GoodsTag = strings.Repeat("x", 33) }, "goods_tag", "too_long"},
		"no appid":                         {func(r *R, _ *S, _ *O) { r.AppID = "" }, "appid", "required"},
		"partner with appid":               {func(r *R, _ *S, _ *O) { r.SubMchID = "1900000110" }, "appid", "not_allowed"},
		"partner":                          {func(r *R, _ *S, _ *O) { r.SubMchID, r.AppID = "1900000110", "" }, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r, s, o := complete(), kiosk(), opened()
			c.change(&r, &s, &o)
			check(t, r.Validate(s, o, now), c.field, c.code)
		})
	}
}

func TestCancelIsHeldToEveryRule(t *testing.T) {
	cancel := payscore.CancelRequest{AppID: "wx1", ServiceID: "1", Reason: strings.Repeat("因", 30)}
	check(t, cancel.Validate(), "", "")
	for name, c := range map[string]struct {
		change      func(*payscore.CancelRequest)
		field, code string
	}{
		"reason of 31":       {func(r *payscore.CancelRequest) { r.Reason += "x" }, "reason", "too_long"},
		"no reason":          {func(r *payscore.CancelRequest) { r.Reason = "" }, "reason", "required"},
		"no service":         {func(r *payscore.CancelRequest) { r.ServiceID = "" }, "service_id", "required"},
		"no appid":           {func(r *payscore.CancelRequest) { r.AppID = "" }, "appid", "required"},
		"partner":            {func(r *payscore.CancelRequest) { r.AppID, r.SubMchID = "", "1900000110" }, "", ""},
		"partner with appid": {func(r *payscore.CancelRequest) { r.SubMchID = "1900000110" }, "appid", "not_allowed"},
	} {
		t.Run(name, func(t *testing.T) {
			r := cancel
			c.change(&r)
			check(t, r.Validate(), c.field, c.code)
		})
	}
}

func TestTheFormulaHoldsForEveryListOfAmounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, want := complete(), money.Fen(0)
		r.PostPayments, r.PostDiscounts = nil, nil
		for _, a := range rapid.SliceOfN(rapid.Int64Range(0, 100), 1, 100).Draw(t, "payments") {
			r.PostPayments = append(r.PostPayments, payscore.Payment{Name: payscore.SmartRetailName, Amount: new(money.Fen(a))})
			want += money.Fen(a)
		}
		for _, a := range rapid.SliceOfN(rapid.Int64Range(0, 100), 0, 30).Draw(t, "discounts") {
			r.PostDiscounts = append(r.PostDiscounts, payscore.Discount{Amount: new(money.Fen(a))})
			want -= money.Fen(a)
		}
		r.TotalAmount = want + money.Fen(rapid.Int64Range(-1, 1).Draw(t, "off"))
		if ok := r.Validate(kiosk(), opened(), now) == nil; ok != (r.TotalAmount == want && want >= 0) {
			t.Fatalf("total %d, sum %d: %v", r.TotalAmount, want, r.Validate(kiosk(), opened(), now))
		}
	})
}
