package wechat

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"net/url"
	"slices"
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/services/sandbox/bill"
	plan "github.com/facepay-go/facepay/services/sandbox/fault"
	"github.com/facepay-go/facepay/services/sandbox/signing"
)

// billAnswer says where a bill is and what it must hash to (wechat-protocol.md §8.1).
type billAnswer struct {
	HashType    string `json:"hash_type"`
	HashValue   string `json:"hash_value"`
	DownloadURL string `json:"download_url"`
}

// tradeBill is GET /v3/bill/tradebill (§8.1).
func (s *Server) tradeBill(ctx context.Context, c *call) (any, error) {
	q := c.URL.Query()
	kind := bill.Kind(q.Get("bill_type"))
	switch kind {
	case "":
		kind = bill.All
	case bill.All, bill.Success, bill.Refunds:
	default:
		return nil, badQuery("bill_type", "沙箱支持的账单类型为ALL、SUCCESS、REFUND")
	}
	of := q.Get("sub_mchid")
	if sub, known := c.merchant.SubMerchant(of); of != "" && (!known || sub.Unauthorized) {
		return nil, notPermitted(internalNoPermission)
	}
	return s.applyForBill(ctx, c, &statement{kind: kind, subMchID: of, write: s.writeTrades})
}

// fundFlowBill is GET /v3/bill/fundflowbill (§8.2): 3 a second and merchant. All money moves on the basic account; the
// others have no statements.
func (s *Server) fundFlowBill(ctx context.Context, c *call) (any, error) {
	if s.fundFlowBills.tooMany(c.merchant.MchID, c.now, mostFundFlowBills) {
		return nil, tooFrequent()
	}
	s.fundFlowBills.add(c.merchant.MchID, c.now)
	switch c.URL.Query().Get("account_type") {
	case "", "BASIC":
		return s.applyForBill(ctx, c, &statement{write: s.writeFlows})
	case "OPERATION", "FEES":
		return s.applyForBill(ctx, c, &statement{write: nothingToWrite})
	}
	return nil, badQuery("account_type", "资金账户类型必须为BASIC、OPERATION或FEES")
}

// wechatHost is where WeChat's own download_url leads (§8.1).
const wechatHost = "api.mch.weixin.qq.com"

const mostFundFlowBills = 3

// applyForBill writes the bill once to hash it, and keeps what it takes to write it again when it is downloaded. The book
// of a day that has its bill does not change any more.
func (s *Server) applyForBill(ctx context.Context, c *call, st *statement) (any, error) {
	refused := st.ask(c)
	if refused == nil {
		refused = billFault(c.rule.Kind)
	}
	if refused != nil {
		return nil, refused
	}
	st.spoil, st.spoiled = c.rule, map[int]plan.Rule{}
	st.strike = func(outOrderNo, openID string) plan.Rule {
		return s.Faults.Take(plan.Subject{Operation: plan.BillRow, MchID: c.merchant.MchID, OutOrderNo: outOrderNo, OpenID: openID})
	}
	digest := sha1.New()
	rows, err := st.write(ctx, st, digest)
	if err != nil {
		return nil, err
	}
	if rows == 0 {
		return nil, noStatement()
	}
	st.hashed = true
	sum := digest.Sum(nil)
	if st.spoil.Kind == plan.WrongHash {
		sum[0] ^= 1
	}
	token, err := signing.Nonce(s.Random, 64)
	if err != nil {
		return nil, err
	}
	s.statements.put(token, st, c.now)
	where := url.URL{Scheme: "http", Host: c.Host, Path: billFilePath, RawQuery: "token=" + token}
	if st.spoil.Kind == plan.WechatHost {
		where.Scheme, where.Host = "https", wechatHost
	}
	if st.gzip {
		where.RawQuery += "&tartype=gzip"
	}
	return billAnswer{"SHA1", hex.EncodeToString(sum), where.String()}, nil
}

// ask reads what both bills are asked for (§8.1).
func (st *statement) ask(c *call) *refusal {
	q := c.URL.Query()
	day, err := time.ParseInLocation(time.DateOnly, q.Get("bill_date"), clock.Beijing)
	today := beijingDay(c.now)
	switch {
	case err != nil:
		return badQuery("bill_date", "bill_date格式必须为yyyy-MM-dd")
	case day.After(today):
		return badQuery("bill_date", "bill_date不能晚于今天")
	case day.Before(today.AddDate(0, -3, 0)):
		return badQuery("bill_date", "仅支持下载三个月内的账单")
	case !slices.Contains([]string{"", "GZIP"}, q.Get("tar_type")):
		return badQuery("tar_type", "tar_type必须为GZIP或不填")
	case c.now.Before(day.Add(readyAfter)):
		return statementCreating()
	}
	st.merchant, st.day, st.gzip = c.merchant, day, q.Get("tar_type") == "GZIP"
	return nil
}

// A bill is generated from 09:00 of the next day and there at 10:00, Beijing (§8.1).
const (
	madeAfter  = (24 + 9) * time.Hour
	readyAfter = (24 + 10) * time.Hour
)

func beijingDay(t time.Time) time.Time {
	y, m, d := t.In(clock.Beijing).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, clock.Beijing)
}

func noStatement() *refusal {
	return &refusal{400, "NO_STATEMENT_EXIST", "请求的账单文件不存在", 0, nil}
}

// statementCreating has an HTTP status that is not confirmed (§8.1, §10.4). That it is also the answer about a day that is
// not over is our choice.
func statementCreating() *refusal {
	return &refusal{400, "STATEMENT_CREATING", "账单生成中，请稍后再试", 0, nil}
}

func billFault(kind plan.Kind) *refusal {
	switch kind {
	case plan.StatementCreating:
		return statementCreating()
	case plan.NoStatement:
		return noStatement()
	}
	return nil
}
