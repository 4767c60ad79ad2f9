package payscore

// CollectRequest is the body of a collection on demand (商户发起催收扣款, §6.8): WeChat is asked to deduct now what is
// pending. The account needs a permission of its own for it.
type CollectRequest struct {
	AppID     string `json:"appid,omitempty"`     // absent in partner mode
	SubMchID  string `json:"sub_mchid,omitempty"` // partner mode (§6.12)
	ServiceID string `json:"service_id"`
}

// Validate holds a collect against §6.8. The error is Terminal and names field and rule.
func (r CollectRequest) Validate() error { return validParties(r.AppID, r.SubMchID, r.ServiceID) }
