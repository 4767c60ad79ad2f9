package face

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/wechatpay"
)

const authInfoPath = "/face/get_wxpayface_authinfo"

// Client asks for authinfo on behalf of one account.
type Client struct {
	account *wechatpay.Account
	o       wechatpay.Options
}

// New is the client of an account loaded ToSignV2. Errors are Terminal.
func New(a *wechatpay.Account, o wechatpay.Options) (*Client, error) {
	o, err := o.Checked()
	if err != nil {
		return nil, err
	}
	if a.APIv2().IsZero() {
		return nil, fault.New(fault.Terminal, "no_apiv2_key", "account %s was loaded without its APIv2 key: add ToSignV2", a.ID())
	}
	return &Client{account: a, o: o}, nil
}

// AuthInfo gets one SDK credential (§2). The call changes nothing at WeChat, so it may be repeated with a new rawdata.
// Errors, by code: those of Ask.Validate; the Code… constants; face_unavailable (Retry) when no answer came;
// face_unverified (Retry) when an answer could not be trusted.
func (c *Client) AuthInfo(ctx context.Context, ask Ask) (Grant, error) {
	if err := ask.Validate(c.account.Partner()); err != nil {
		return Grant{}, err
	}
	key := c.account.APIv2() // one call, one key, also while it is replaced
	fields := c.fields(ask)
	fields["sign"] = key.Sign(fields, wechatpay.HMACSHA256)
	raw, err := c.post(ctx, EncodeXML(fields))
	if err != nil {
		return Grant{}, err
	}
	answer, err := ParseXML(raw)
	if err != nil {
		return Grant{}, unverified("the answer is not v2 XML")
	}
	return c.grantOf(answer, key)
}

// fields are the parameters without their signature; empty ones are not sent.
func (c *Client) fields(ask Ask) map[string]string {
	all := map[string]string{
		"store_id": ask.StoreID, "store_name": ask.StoreName, "device_id": ask.DeviceID, "attach": ask.Attach,
		"rawdata": ask.RawData, "appid": ask.AppID, "mch_id": c.account.MchID(),
		"sub_appid": ask.SubAppID, "sub_mch_id": ask.SubMchID,
		// Seconds: 13-digit milliseconds were answered with SYSTEMERROR (§2.1).
		"now": strconv.FormatInt(c.o.Clock.Now().Unix(), 10), "version": "1",
		"sign_type": string(wechatpay.HMACSHA256), "nonce_str": c.o.Nonce(),
	}
	for name, value := range all {
		if value == "" {
			delete(all, name)
		}
	}
	return all
}

func (c *Client) post(ctx context.Context, body []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, c.o.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.account.FaceURL()+authInfoPath, bytes.NewReader(body))
	if err != nil {
		return nil, fault.New(fault.Terminal, "bad_url", "face_url does not make a URL")
	}
	req.Header.Set("Content-Type", "text/xml; charset=utf-8")
	resp, err := c.o.HTTP.Do(req)
	if err != nil {
		return nil, unavailable("no answer from the face interface")
	}
	defer func() { _ = resp.Body.Close() }()
	// Errors of the interface come with 200 too (§2): another status is not its answer.
	if resp.StatusCode != http.StatusOK {
		return nil, unavailable("the face interface answered HTTP " + strconv.Itoa(resp.StatusCode))
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, MaxXML+1))
	if err != nil {
		return nil, unavailable("the answer of the face interface broke off")
	}
	return raw, nil
}

func unavailable(text string) error { return fault.New(fault.Retry, "face_unavailable", "%s", text) }

func unverified(text string) error { return fault.New(fault.Retry, "face_unverified", "%s", text) }

// grantOf judges an answer. A sign that is present must hold; SUCCESS must have one (§2.2).
func (c *Client) grantOf(answer map[string]string, key wechatpay.APIv2Key) (Grant, error) {
	signed := answer["sign"] != ""
	if signed && !key.Verify(answer, wechatpay.HMACSHA256) {
		return Grant{}, unverified("the answer's signature is not of this account's APIv2 key")
	}
	if answer["return_code"] != success {
		return Grant{}, refusal(answer["return_code"], answer["return_msg"])
	}
	if !signed {
		return Grant{}, unverified("a SUCCESS without a signature")
	}
	seconds, err := strconv.Atoi(answer["expires_in"])
	if err != nil || seconds <= 0 || answer["authinfo"] == "" {
		return Grant{}, unverified("a SUCCESS without authinfo or expires_in")
	}
	if mch := answer["mch_id"]; mch != "" && mch != c.account.MchID() {
		return Grant{}, unverified("a SUCCESS for another merchant")
	}
	return Grant{authInfo: &authInfo{answer["authinfo"]}, ExpiresIn: time.Duration(seconds) * time.Second}, nil
}
