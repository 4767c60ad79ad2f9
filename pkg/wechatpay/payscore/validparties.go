package payscore

import "github.com/facepay-go/facepay/pkg/fault"

// validParties checks appid, sub_mchid and service_id of every call but create: a direct merchant has an appid, a
// sub-merchant of a partner its sub_mchid and no appid (§6.12).
func validParties(appID, subMchID, serviceID string) error {
	if subMchID != "" {
		return firstError(
			absent("appid", appID, "is not sent in partner mode"),
			optional("sub_mchid", subMchID, 32),
			required("service_id", serviceID, 32),
		)
	}
	return firstError(required("appid", appID, 32), required("service_id", serviceID, 32))
}

// validUser checks who the order is for: need-confirm has nobody yet; no-confirm has the openid, in partner mode
// exactly one of openid and sub_openid (§6.2, §6.12).
func (r CreateRequest) validUser() error {
	if r.NeedUserConfirm {
		return firstError(
			absent("openid", r.OpenID, "is not sent to a need-confirm service"),
			absent("sub_openid", r.SubOpenID, "is not sent to a need-confirm service"))
	}
	if r.SubMchID == "" {
		return firstError(
			absent("sub_openid", r.SubOpenID, "exists in partner mode only"),
			required("openid", r.OpenID, 128))
	}
	if (r.OpenID == "") == (r.SubOpenID == "") {
		return fault.Invalid("openid", "openid_choice", "exactly one of openid and sub_openid is sent")
	}
	return firstError(optional("openid", r.OpenID, 128), optional("sub_openid", r.SubOpenID, 128))
}

func (d Device) valid() error {
	// The pages give no limits for the device ids; materiel_no is a URL.
	return firstError(
		optional("device.start_device_id", d.StartDeviceID, maxUnstated),
		optional("device.end_device_id", d.EndDeviceID, maxUnstated),
		optional("device.materiel_no", d.MaterielNo, maxUnstated))
}

// maxUnstated bounds texts for which the protocol states no limit: ours, against nonsense.
const maxUnstated = 512
