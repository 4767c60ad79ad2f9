package payscore

import (
	"net/url"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/rule"
)

// validParties checks appid, sub_mchid and service_id of every call but create: a direct merchant has an appid, a
// sub-merchant of a partner its sub_mchid and no appid (§6.12).
func validParties(appID, subMchID, serviceID string) error {
	if subMchID != "" {
		return rule.First(
			rule.Absent("appid", appID, "is not sent in partner mode"),
			rule.Optional("sub_mchid", subMchID, 32),
			rule.Required("service_id", serviceID, 32),
		)
	}
	return rule.First(rule.Required("appid", appID, 32), rule.Required("service_id", serviceID, 32))
}

// validMerchant checks who creates: always with an appid, in partner mode also the sub-merchant's numbers (§6.2, §6.12).
func (r CreateRequest) validMerchant() error {
	if r.SubMchID == "" {
		if err := rule.Absent("sub_appid", r.SubAppID, "exists in partner mode only"); err != nil {
			return err
		}
	}
	return rule.First(
		rule.Required("appid", r.AppID, 32),
		rule.Optional("sub_mchid", r.SubMchID, 32),
		rule.Optional("sub_appid", r.SubAppID, 32),
		rule.Required("service_id", r.ServiceID, 32))
}

// validUser checks who the order is for: need-confirm has nobody yet; no-confirm has the openid, in partner mode
// exactly one of openid and sub_openid (§6.2, §6.12).
func (r CreateRequest) validUser() error {
	if r.NeedUserConfirm {
		return rule.First(
			rule.Absent("openid", r.OpenID, "is not sent to a need-confirm service"),
			rule.Absent("sub_openid", r.SubOpenID, "is not sent to a need-confirm service"))
	}
	if r.SubMchID == "" {
		return rule.First(
			rule.Absent("sub_openid", r.SubOpenID, "exists in partner mode only"),
			rule.Required("openid", r.OpenID, 128))
	}
	if (r.OpenID == "") == (r.SubOpenID == "") {
		return fault.Invalid("openid", "openid_choice", "exactly one of openid and sub_openid is sent")
	}
	return rule.First(rule.Optional("openid", r.OpenID, 128), rule.Optional("sub_openid", r.SubOpenID, 128))
}

func (d Device) valid() error {
	// The pages give no limits for the device ids.
	if u, err := url.Parse(d.MaterielNo); d.MaterielNo != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "") {
		return fault.Invalid("device.materiel_no", "materiel_url", "device.materiel_no is a URL") // §6.1
	}
	return rule.First(
		rule.Optional("device.start_device_id", d.StartDeviceID, rule.MaxUnstated),
		rule.Optional("device.end_device_id", d.EndDeviceID, rule.MaxUnstated),
		rule.Optional("device.materiel_no", d.MaterielNo, rule.MaxUnstated))
}
