package face

import (
	"regexp"
	"unicode/utf8"

	"github.com/facepay-go/facepay/pkg/fault"
)

const success = "SUCCESS"

// Codes of a refusal (§2.2). The official error list is not complete; these are the answers seen.
const (
	// CodeConfig: PARAM_ERROR: APIv2 key, XML or appid binding. Terminal, alarm: no repeat helps.
	CodeConfig = "face_config"
	// CodeNewRawData: SYSTEMERROR: rawdata spoiled, clock wrong, or a passing fault. Retry with a new rawdata, twice.
	CodeNewRawData = "face_new_rawdata"
	// CodeDeviceUnknown: ERROR: the device model is not registered at WeChat. Terminal.
	CodeDeviceUnknown = "face_device_unregistered"
	// CodeUnlisted: a return_code nobody has documented. Terminal, alarm.
	CodeUnlisted = "face_unlisted"
)

type refusalRow struct {
	class    fault.Class
	code, en string
}

// refusals is read only.
var refusals = map[string]refusalRow{
	"PARAM_ERROR": {fault.Terminal, CodeConfig, "WeChat refuses the request: check APIv2 key, appid and its binding to the merchant number"},
	"SYSTEMERROR": {fault.Retry, CodeNewRawData, "WeChat makes no authinfo of this rawdata: take a new one on the device"},
	"ERROR":       {fault.Terminal, CodeDeviceUnknown, "WeChat does not know this device model"},
}

// refusal branches on return_code; the message is quoted for people.
func refusal(returnCode, message string) error {
	row, listed := refusals[returnCode]
	if !listed {
		row = refusalRow{fault.Terminal, CodeUnlisted, "WeChat answered with a return_code that is not documented"}
	}
	return fault.New(row.class, row.code, "%s (%s)", row.en, quotable(message))
}

// secretLike is a run of base64 longer than any word of a message: it could be authinfo or rawdata.
var secretLike = regexp.MustCompile(`[0-9A-Za-z+/=_-]{24,}`)

func quotable(message string) string {
	if !utf8.ValidString(message) || utf8.RuneCountInString(message) > 128 || secretLike.MatchString(message) {
		return "message withheld"
	}
	return message
}
