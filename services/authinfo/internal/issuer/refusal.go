package issuer

import (
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/wechatpay/face"
)

// Codes of what WeChat may answer, as a kiosk gateway sees them.
const (
	// RawdataRejected: WeChat makes no credential of this rawdata. Terminal for this rawdata: the kiosk takes a new one
	// and sends the same request_id again, at most twice (wechat-protocol.md §2.2). It is not repeated here, because the
	// remedy is a rawdata only the kiosk can take.
	RawdataRejected = "rawdata_rejected"
	// TerminalNotRegistered: WeChat does not know the device model. Terminal.
	TerminalNotRegistered = "terminal_not_registered"
	// Configuration: APIv2 key, appid or binding are wrong. Terminal, alarm.
	Configuration = "wechat_configuration"
	// Undocumented: a return_code nobody has documented. Terminal, alarm.
	Undocumented = "wechat_undocumented"
	// Unavailable: no answer, after the repeats made here. Retry.
	Unavailable = "wechat_unavailable"
	// Unverified: an answer that is not signed with our APIv2 key, after the repeats made here. Retry, alarm.
	Unverified = "wechat_unverified"
)

// row is what an answer means.
type row struct {
	class             fault.Class
	code, field, text string
	// alarm: a person has to mend something.
	alarm bool
	// repeat: the same request may succeed a moment later.
	repeat bool
}

// Codes of pkg/wechatpay/face that it documents without a constant.
const (
	codeUnavailable = "face_unavailable"
	codeUnverified  = "face_unverified"
)

// refusals is by the code of pkg/wechatpay/face; read only.
var refusals = map[string]row{
	face.CodeNewRawData: {class: fault.Terminal, code: RawdataRejected, field: "rawdata",
		text: "WeChat makes no credential of it: take a new rawdata on the device and repeat, at most twice"},
	face.CodeDeviceUnknown: {class: fault.Terminal, code: TerminalNotRegistered, field: "device_id",
		text: "the device model is not registered at WeChat Pay"},
	face.CodeConfig: {class: fault.Terminal, code: Configuration, alarm: true,
		text: "WeChat refuses our request: APIv2 key, appid or its binding to the merchant number are wrong"},
	face.CodeUnlisted: {class: fault.Terminal, code: Undocumented, alarm: true,
		text: "WeChat refuses with a return_code that is not documented"},
	codeUnavailable: {class: fault.Retry, code: Unavailable, repeat: true, text: "WeChat does not answer"},
	codeUnverified: {class: fault.Retry, code: Unverified, alarm: true, repeat: true,
		text: "the answer is not signed with our APIv2 key"},
}

// meaning turns an error of the face client into ours, nil into nil. What is not in the table is passed on: bad input,
// named by its field.
func meaning(err error) error {
	r, listed := refusals[fault.CodeOf(err)]
	if !listed {
		return err
	}
	return &fault.Error{Class: r.class, Code: r.code, Field: r.field, Text: r.text}
}

func alarming(err error) bool { return refusals[fault.CodeOf(err)].alarm }

func repeatable(err error) bool { return refusals[fault.CodeOf(err)].repeat }
