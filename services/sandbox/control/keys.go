package control

import (
	"net/http"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/services/sandbox/signing"
)

// Keys are what WeChat signs with for a merchant.
type Keys struct {
	Certificates []Certificate `json:"certificates"`
	PublicKeyID  string        `json:"public_key_id,omitempty"`
	// Switching: the switch to the public key was begun; PerMille of the callbacks are signed by it.
	Switching bool `json:"switching"`
	PerMille  int  `json:"callback_public_key_per_mille"`
}

// Certificate is a platform certificate that is listed.
type Certificate struct {
	SerialNo      string    `json:"serial_no"`
	EffectiveTime time.Time `json:"effective_time"`
	ExpireTime    time.Time `json:"expire_time"`
	Signs         bool      `json:"signs"`
}

// switchDays are the shares of callbacks that the public key signs on each day of the switch, per mille
// (wechat-protocol.md §1.3).
var switchDays = [...]int{1, 10, 50, 100, 200, 500, 1000}

// showKeys is GET.
func (a *API) showKeys(r *http.Request) (any, error) {
	mchID, err := a.merchant(r)
	if err != nil {
		return nil, err
	}
	return keysOf(a.Merchants[mchID].Ring.State()), nil
}

// changeKeys is POST {"day"} to a step: issue, rotate, retire, switch. Only switch has a day, 1..7.
func (a *API) changeKeys(r *http.Request) (any, error) {
	var body struct {
		Day int `json:"day"`
	}
	if r.ContentLength != 0 {
		if err := read(r, &body); err != nil {
			return nil, err
		}
	}
	mchID, err := a.merchant(r)
	if err != nil {
		return nil, err
	}
	ring, step := a.Merchants[mchID].Ring, r.PathValue("step")
	if step != "switch" && body.Day != 0 || step == "switch" && (body.Day < 1 || body.Day > len(switchDays)) {
		return nil, fault.Invalid("day", "switch_day", "must be 1..7 for switch, absent otherwise")
	}
	if err := a.step(ring, step, body.Day); err != nil {
		return nil, err
	}
	return keysOf(ring.State()), nil
}

func (a *API) step(ring *signing.Ring, step string, day int) error {
	switch step {
	case "issue":
		certified, err := signing.IssueCertificate(a.Clock.Now())
		if err != nil {
			return err
		}
		return ring.Issue(certified)
	case "rotate":
		return ring.Rotate()
	case "retire":
		return ring.Retire()
	case "switch":
		return ring.Switch(switchDays[day-1])
	}
	return fault.New(fault.NotFound, "key_step", "no step %q: issue, rotate, retire or switch", step)
}

func keysOf(s signing.State) Keys {
	keys := Keys{Certificates: []Certificate{}, PublicKeyID: s.PublicKeyID, Switching: s.Switching, PerMille: s.Share}
	for _, c := range s.Certificates {
		serial := signing.CertificateSerial(c)
		keys.Certificates = append(keys.Certificates, Certificate{SerialNo: serial, EffectiveTime: c.NotBefore, ExpireTime: c.NotAfter, Signs: serial == s.Signer})
	}
	return keys
}
