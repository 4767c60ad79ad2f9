package face

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/facepay-go/facepay/pkg/fault"
)

// Ask is what a terminal needs an authinfo for (§2.1). It prints without its rawdata.
type Ask struct {
	// StoreID is ours, one per store; at most 32 characters.
	StoreID string
	// StoreName is shown; at most 128 characters.
	StoreName string
	// DeviceID is the terminal's number (start_device_id); at most 32 characters.
	DeviceID string
	// Attach is optional JSON text.
	Attach string
	// RawData comes from getWxpayfaceRawdata on the same device; at most 2048 characters of base64, with its + / and = intact.
	RawData string
	// AppID is bound to the account's merchant number.
	AppID string
	// SubAppID and SubMchID exist in partner mode; there SubMchID is required.
	SubAppID string
	SubMchID string
}

// Format prints store and device only, whatever the verb.
func (a Ask) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "authinfo for store "+a.StoreID+" device "+a.DeviceID)
}

// LogValue is store and device only.
func (a Ask) LogValue() slog.Value {
	return slog.GroupValue(slog.String("store_id", a.StoreID), slog.String("device_id", a.DeviceID))
}

const maxAttach = 512 // the protocol states no limit; ours

// Validate holds the ask against the limits of §2.1. The error is Terminal and names field and rule.
func (a Ask) Validate(partner bool) error {
	if !partner && a.SubMchID+a.SubAppID != "" {
		return fault.Invalid("sub_mch_id", "not_allowed", "sub_mch_id and sub_appid exist in partner mode only")
	}
	for _, f := range []struct {
		name, value string
		limit       int
		required    bool
	}{
		{"store_id", a.StoreID, 32, true},
		{"store_name", a.StoreName, 128, true},
		{"device_id", a.DeviceID, 32, true},
		{"attach", a.Attach, maxAttach, false},
		{"rawdata", a.RawData, 2048, true},
		{"appid", a.AppID, 32, true},
		{"sub_mch_id", a.SubMchID, 32, partner},
		{"sub_appid", a.SubAppID, 32, false},
	} {
		if f.required && f.value == "" {
			return fault.Invalid(f.name, "required", "%s is required", f.name)
		}
		if utf8.RuneCountInString(f.value) > f.limit {
			return fault.Invalid(f.name, "too_long", "%s has at most %d characters", f.name, f.limit)
		}
		// XML cannot carry them, so what arrives would not be what was signed.
		if !utf8.ValidString(f.value) || strings.ContainsFunc(f.value, unprintable) {
			return fault.Invalid(f.name, "not_text", "%s is UTF-8 without control characters", f.name)
		}
	}
	if !rawDataForm.MatchString(a.RawData) {
		return fault.Invalid("rawdata", "rawdata_form", "rawdata is base64 text: a + was lost or encoded again on the way")
	}
	if a.Attach != "" && !json.Valid([]byte(a.Attach)) {
		return fault.Invalid("attach", "not_json", "attach is JSON text")
	}
	return nil
}

// rawDataForm is base64 text. A blank in it, or %2B, was a + before it went through a form or a query: WeChat answers such
// rawdata with SYSTEMERROR (§2.1, §2.2, §10.2 no. 13).
var rawDataForm = regexp.MustCompile(`^[0-9A-Za-z+/=]+$`)

// unprintable also takes the two code points besides control characters that XML 1.0 forbids: encoding/xml writes others in
// their place.
func unprintable(r rune) bool { return unicode.IsControl(r) || r == 0xFFFE || r == 0xFFFF }
