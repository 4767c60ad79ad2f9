package wechat

import (
	"crypto/hmac"
	"net/http"
	"regexp"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/services/sandbox/account"
	plan "github.com/facepay-go/facepay/services/sandbox/fault"
	"github.com/facepay-go/facepay/services/sandbox/signing"
)

// authinfoReply is an answer of get_wxpayface_authinfo. Error answers are HTTP 200 too; some are unsigned
// (wechat-protocol.md §2.2).
type authinfoReply struct {
	code, message     string
	signed            bool
	authinfo, expires string
}

// authinfoLimits are the fields of §2.1 that must be there, and the characters they may have.
var authinfoLimits = []struct {
	name string
	most int
}{{"appid", 32}, {"mch_id", 32}, {"store_id", 32}, {"store_name", 128}, {"device_id", 32}, {"rawdata", 2048}, {"now", 20}, {"version", 8}, {"nonce_str", 32}}

var (
	// rawdataText: base64 text; a blank is a '+' lost in a form.
	rawdataText = regexp.MustCompile(`^[0-9A-Za-z+/=]+$`)
	// unixSeconds: milliseconds were followed by SYSTEMERROR.
	unixSeconds = regexp.MustCompile(`^[0-9]{10}$`)
)

// authinfo is POST /face/get_wxpayface_authinfo.
func (s *Server) authinfo(w http.ResponseWriter, r *http.Request) {
	body, ok := bodyOf(w, r, 64<<10)
	if !ok {
		return
	}
	c := &call{Request: r, body: body, now: s.Clock.Now(), subject: plan.Subject{Operation: plan.Authinfo}}
	request, err := parseFlatXML(body)
	c.subject.MchID = request["mch_id"]
	c.rule = s.Faults.Take(c.subject)
	if rep, instead := s.before(c); instead {
		s.sendXML(w, c, rep.status, rep.body)
		return
	}
	if err != nil || r.Method != http.MethodPost {
		s.answerAuthinfo(w, c, nil, authinfoReply{code: paramError, message: "请求报文格式错误"})
		return
	}
	c.merchant = s.Merchants[request["mch_id"]]
	answer, err := s.issueAuthinfo(c, request)
	if err != nil {
		s.failInside(w, c, err)
		return
	}
	s.answerAuthinfo(w, c, request, answer)
}

// failInside is for errors that are the sandbox's own.
func (s *Server) failInside(w http.ResponseWriter, c *call, err error) {
	s.Log.ErrorContext(c.Context(), "call failed inside", "operation", c.subject.Operation, "class", fault.ClassOf(err).String(), "code", fault.CodeOf(err))
	s.note(c, http.StatusInternalServerError, "", "")
	w.WriteHeader(http.StatusInternalServerError)
}

// issueAuthinfo checks the request and makes the credential (§2.1, §2.2).
func (s *Server) issueAuthinfo(c *call, request map[string]string) (authinfoReply, error) {
	refused := func(message string) (authinfoReply, error) {
		return authinfoReply{code: paramError, message: message}, nil
	}
	if c.merchant == nil || !c.merchant.Bound(request["appid"]) || !partnerOf(c.merchant, request["sub_mch_id"], request["sub_appid"]) {
		return refused("appid和mch_id不匹配")
	}
	sign, err := signing.V2(request, request["sign_type"], c.merchant.APIv2Key.Reveal())
	if err != nil || !hmac.Equal([]byte(sign), []byte(request["sign"])) {
		return refused("签名错误")
	}
	for _, l := range authinfoLimits {
		if n := utf8.RuneCountInString(request[l.name]); n == 0 || n > l.most || s.rules.ThreeByteText && hasFourBytes(request[l.name]) {
			return refused("参数错误:" + l.name)
		}
	}
	if request["version"] != "1" {
		return refused("参数错误:version")
	}
	if c.rule.Kind == plan.UnregisteredDevice {
		return authinfoReply{code: "ERROR", message: "该设备型号未登记，请联系微信支付官方", signed: true}, nil
	}
	if c.rule.Kind == plan.AuthinfoFailed || !rawdataText.MatchString(request["rawdata"]) || !unixSeconds.MatchString(request["now"]) {
		return authinfoReply{code: "SYSTEMERROR", message: "生成authinfo失败", signed: true}, nil
	}
	credential, err := s.seal(c.merchant, credential{AppID: request["appid"], StoreID: request["store_id"], DeviceID: request["device_id"],
		SubMchID: request["sub_mch_id"], SubAppID: request["sub_appid"], Machine: machineOf(request["rawdata"]), Expires: c.now.Add(s.rules.AuthinfoLasts).UnixMilli()})
	return authinfoReply{code: "SUCCESS", message: "请求成功", signed: true, authinfo: credential,
		expires: strconv.FormatInt(int64(s.rules.AuthinfoLasts/time.Second), 10)}, err
}

// partnerOf checks the sub-merchant of a partner's request; a merchant's own names none (§2.1).
func partnerOf(m *account.Merchant, subMchID, subAppID string) bool {
	if subMchID == "" {
		return subAppID == ""
	}
	sub, known := m.SubMerchant(subMchID)
	return known && !sub.Unauthorized && (subAppID == "" || sub.Bound(subAppID))
}

// answerAuthinfo writes the reply, signed with the request's sign_type where WeChat signs it.
func (s *Server) answerAuthinfo(w http.ResponseWriter, c *call, request map[string]string, a authinfoReply) {
	fields := [][2]string{{"return_code", a.code}, {"return_msg", a.message}, {"authinfo", a.authinfo}, {"expires_in", a.expires}}
	if a.signed {
		signed, err := s.signV2(c.merchant, request, fields)
		if err != nil {
			s.failInside(w, c, err)
			return
		}
		fields = signed
	}
	if c.rule.Kind == plan.AnswerTampered {
		fields[2][1] += "A" // another authinfo than the one that was signed
	}
	c.executed = a.code == "SUCCESS"
	s.sendXML(w, c, http.StatusOK, flatXML(fields))
}

// signV2 adds the echoed names, a nonce and the signature over all of them (§2.3).
func (s *Server) signV2(m *account.Merchant, request map[string]string, fields [][2]string) ([][2]string, error) {
	nonce, err := signing.Nonce(s.Random, 32)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"appid", "mch_id", "sub_appid", "sub_mch_id"} {
		fields = append(fields, [2]string{name, request[name]})
	}
	fields = append(fields, [2]string{"nonce_str", nonce})
	values := map[string]string{}
	for _, f := range fields {
		values[f[0]] = f[1]
	}
	sign, err := signing.V2(values, request["sign_type"], m.APIv2Key.Reveal())
	return append(fields, [2]string{"sign", sign}), err
}

func (s *Server) sendXML(w http.ResponseWriter, c *call, status int, body []byte) {
	s.keepBack(c)
	s.note(c, status, "", "")
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		return // the caller has gone
	}
}
