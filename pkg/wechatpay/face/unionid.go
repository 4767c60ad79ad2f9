package face

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/url"

	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/entity"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/rule"
)

// usersPath is of APIv3, unlike the rest of this package (§4).
const usersPath = "/v3/facemch/users/"

// Users asks who a recognised face belongs to, on behalf of one account.
type Users struct {
	wechat *wechatpay.Client
}

// NewUsers is the user side of an account's client.
func NewUsers(c *wechatpay.Client) *Users { return &Users{wechat: c} }

// Seen names a recognised user (§3.2). It prints nothing of it.
type Seen struct {
	// FaceSID is face_sid of getUserPayScoreStatus called with ask_unionid = 1; its lifetime is not documented: ask at once.
	FaceSID string
	// AppID must be attached to an Open Platform (开放平台) account.
	AppID string
	// SubMchID and SubAppID exist in partner mode; there SubMchID is required.
	SubMchID string
	SubAppID string
}

// maxFaceSID is ours: the protocol states no limit.
const maxFaceSID = 2048

// Validate holds the question against §4. The error is Terminal and names field and rule.
func (s Seen) Validate(partner bool) error {
	err := rule.First(rule.Required("face_sid", s.FaceSID, maxFaceSID), rule.Required("appid", s.AppID, 32))
	if err != nil {
		return err
	}
	if partner {
		return rule.First(rule.Required("sub_mchid", s.SubMchID, 32), rule.Optional("sub_appid", s.SubAppID, 32))
	}
	return rule.First(rule.Absent("sub_mchid", s.SubMchID, "exists in partner mode only"),
		rule.Absent("sub_appid", s.SubAppID, "exists in partner mode only"))
}

// Format prints no more than what it is, whatever the verb.
func (s Seen) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "face_sid ***") }

// LogValue is no more than what it is.
func (s Seen) LogValue() slog.Value { return slog.StringValue("face_sid ***") }

func (s Seen) path() string {
	q := url.Values{"info_type": {"ASK_UNIONID"}, "appid": {s.AppID}}
	for name, value := range map[string]string{"sub_mchid": s.SubMchID, "sub_appid": s.SubAppID} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return usersPath + url.PathEscape(s.FaceSID) + "?" + q.Encode()
}

// Identified is one answer. It prints as its answer, without the user.
type Identified struct {
	wechatpay.Answer
	Verdict wechatpay.Verdict
	// UnionID is of the user under the Open Platform account; "" unless the answer is a Yes.
	UnionID string
	// OpenID and SubOpenID may come along; the identity that counts is the kiosk's.
	OpenID    string
	SubOpenID string
}

// UnionID asks for the user's UnionID. It is best effort: whatever comes of it, the door does not wait, and nothing is
// retried for it. The error is that of Seen.Validate: nothing was sent. "UnionID为空" is an INVALID_REQUEST: ask_unionid was
// not 1, or the appid is not attached to an Open Platform account.
func (u *Users) UnionID(ctx context.Context, s Seen) (Identified, error) {
	if err := s.Validate(u.wechat.Account().Partner()); err != nil {
		return Identified{}, err
	}
	i := Identified{Answer: u.wechat.Get(ctx, s.path())}
	if i.Outcome == wechatpay.Yes {
		if e, err := entity.Read(i.Body); err == nil {
			i.UnionID, i.OpenID, i.SubOpenID = e.Word("union_id"), e.Word("openid"), e.Word("sub_openid")
		}
		if i.UnionID == "" {
			i.Outcome, i.Doubt, i.OpenID, i.SubOpenID = wechatpay.Unknown, wechatpay.DoubtUnreadable, "", ""
		}
	}
	i.Verdict = wechatpay.Judge(wechatpay.QueryUnionID, i.Answer)
	return i, nil
}
