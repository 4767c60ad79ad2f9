// Package merchant is the one schema of merchants.yaml: channel accounts with their keys, and the merchants that use
// them. Every service parses the same file; a secret is a file path here and is opened only by the service that needs it.
package merchant

import (
	"time"

	"github.com/facepay-go/facepay/pkg/money"
)

// File is merchants.yaml.
type File struct {
	// Accounts are the channel accounts (渠道账号) by which we talk to a provider and are notified by it.
	Accounts []Account `yaml:"accounts"`
	// Merchants are ours: every event, document and subject names one of them.
	Merchants []Merchant `yaml:"merchants"`
}

// Account is one account at one provider.
type Account struct {
	// ID is ours, 1..32 of [0-9a-z-]; it is the last part of the notify_url: {public_base}/v1/notify/wechat/{id}.
	ID string `yaml:"id"`
	// WeChat is set for a WeChat Pay account.
	WeChat *WeChatAccount `yaml:"wechat"`
}

// WeChatAccount is a WeChat Pay merchant or partner (服务商) account with the places of its keys.
type WeChatAccount struct {
	// MchID is the merchant number (商户号), 8–10 digits; in partner mode the partner's.
	MchID string `yaml:"mchid"`
	// Partner is true for a service-provider account whose merchants have a sub_mchid (wechat-protocol.md §6.12).
	Partner bool `yaml:"partner"`
	// MerchantSerial is the serial of the merchant API certificate (商户API证书序列号), 40 hex digits. May be left out where
	// CertificateFile tells it.
	MerchantSerial string `yaml:"merchant_serial"`
	// CertificateFile is the merchant API certificate (商户API证书, apiclient_cert.pem), PEM. Optional, and recommended: the
	// serial comes from it, a key that is not its is refused, and its end is warned of 30 days ahead.
	CertificateFile string `yaml:"certificate_file"`
	// PrivateKeyFile is the merchant API private key, PEM (PKCS8).
	PrivateKeyFile string `yaml:"private_key_file"`
	// APIv2KeyFile holds the 32 characters of the APIv2 key: face authinfo and client jumps.
	APIv2KeyFile string `yaml:"apiv2_key_file"`
	// APIv3KeyFile holds the 32 bytes of the APIv3 key: notifications and certificates. During a rotation it holds the new
	// key and the old one, one on each line, the newest first; each opens.
	APIv3KeyFile string `yaml:"apiv3_key_file"`
	// PublicKeys are WeChat Pay public keys (微信支付公钥); may stand beside certificates during the 7-day switch.
	PublicKeys []PublicKey `yaml:"public_keys"`
	// PlatformCertificates is true for an account that has platform certificates (平台证书): they are downloaded.
	PlatformCertificates bool `yaml:"platform_certificates"`
	// AnswersSignedBy is the key that answers are wanted signed with while there are both kinds: public_key, the default,
	// or certificate. Whatever WeChat signs with is verified by either.
	AnswersSignedBy AnswerKey `yaml:"answers_signed_by"`
	// Rates are how often WeChat lets this account call, as far as it is known: WeChat publishes no numbers for PayScore
	// (wechat-protocol.md §10.4), so they are agreed with it or found by trial. Without one an endpoint is not paced.
	Rates []Rate `yaml:"rates"`
	// APIURL is the APIv3 base, https://api.mch.weixin.qq.com when empty; the sandbox in development.
	APIURL string `yaml:"api_url"`
	// FaceURL is the base of get_wxpayface_authinfo, https://payapp.weixin.qq.com when empty.
	FaceURL string `yaml:"face_url"`
}

// AnswerKey is a kind of key that WeChat signs answers with.
type AnswerKey string

const (
	// ByPublicKey asks for the first of the public keys.
	ByPublicKey AnswerKey = "public_key"
	// ByCertificate asks for the platform certificate: before a switch to public keys, and after one was taken back.
	ByCertificate AnswerKey = "certificate"
)

// Rate is how often one operation may be called for one account, by all replicas together; each takes its share.
type Rate struct {
	// Operation is create_order, query_order, complete_order, cancel_order, modify_order, sync_order, collect_order,
	// pre_authorise, query_authorisation, terminate_authorisation, query_union_id, create_refund, query_refund, apply_bill or
	// other; empty for each one that is not named.
	Operation string `yaml:"operation"`
	// PerSecond is the rate; 0.5 is one call in two seconds.
	PerSecond float64 `yaml:"per_second"`
	// Burst is how many calls may follow each other at once after a pause; 1 when absent.
	Burst int `yaml:"burst"`
}

// PublicKey is one WeChat Pay public key.
type PublicKey struct {
	// ID starts with PUB_KEY_ID_.
	ID string `yaml:"id"`
	// File is the key, PEM.
	File string `yaml:"file"`
}

// Merchant is one merchant of ours.
type Merchant struct {
	// ID is ours, 1..32 of [0-9a-z-]: the merchant token of every subject.
	ID string `yaml:"id"`
	// WeChat says how this merchant uses WeChat PayScore.
	WeChat WeChatUse `yaml:"wechat"`
}

// WeChatUse is a merchant's side of a WeChat account.
type WeChatUse struct {
	// Account names the channel account. A direct account serves one merchant; a partner account one per sub_mchid.
	Account string `yaml:"account"`
	// AppID is bound to the account's mchid; the same one is used from create to refund.
	AppID string `yaml:"appid"`
	// SubMchID and SubAppID are the merchant's own numbers in partner mode.
	SubMchID string `yaml:"sub_mchid"`
	SubAppID string `yaml:"sub_appid"`
	// AskUnionID lets the kiosk ask for the right to query the UnionID (ask_unionid=1).
	AskUnionID bool `yaml:"ask_unionid"`
	// ScanPayment says what becomes of a customer who chose the phone at the kiosk (SCAN_PAYMENT, §3.2); defaults to refuse.
	ScanPayment ScanPayment `yaml:"scan_payment"`
	// CancelCompleted says whether an order that WeChat collects is cancelled when the back office wants it; sources disagree
	// on whether WeChat allows it (§6.5). Defaults to attempt.
	CancelCompleted CancelCompleted `yaml:"cancel_completed"`
	// Services are the PayScore services WeChat operations issued to this merchant.
	Services []PayScoreService `yaml:"services"`
}

// ScanPayment is a policy for SCAN_PAYMENT.
type ScanPayment string

const (
	// RefuseScan ends the attempt.
	RefuseScan ScanPayment = "refuse"
	// ByPhone lets a kiosk.service_requested go on under the same number.
	ByPhone ScanPayment = "by_phone"
)

// CancelCompleted is a policy for cancels after completion.
type CancelCompleted string

const (
	// Attempt tries; WeChat's refusal is a normal outcome.
	Attempt CancelCompleted = "attempt"
	// Never refuses at our door.
	Never CancelCompleted = "never"
)

// RiskMode says what WeChat does when its evaluation of the user fails; it decides the amount cap (§6.4).
type RiskMode string

const (
	// Refuse (评估不通过:拒绝): the final total may reach the cap of the service.
	Refuse RiskMode = "refuse"
	// Deposit (评估不通过:交押金): the final total may reach the order's own risk_fund.amount.
	Deposit RiskMode = "deposit"
)

// StartTime says what goes into time_range.start_time of a create (§6.1).
type StartTime string

const (
	// OnAccept sends the literal OnAccept: the time the order is accepted.
	OnAccept StartTime = "on_accept"
	// Explicit sends the time of the call plus a few seconds.
	Explicit StartTime = "explicit"
)

// PayScoreService is one service_id with what WeChat operations configured for it.
type PayScoreService struct {
	// ID is the service_id.
	ID string `yaml:"id"`
	// Confirm is true for a need-confirm (需确认) service; a no-confirm (免确认) service has false.
	Confirm bool `yaml:"confirm"`
	// RiskMode defaults to refuse.
	RiskMode RiskMode `yaml:"risk_mode"`
	// Cap is the service's risk amount cap (风险金额上限) in fen.
	Cap money.Fen `yaml:"cap_fen"`
	// StartTime defaults to on_accept.
	StartTime StartTime `yaml:"start_time"`
	// SmartRetail is true for 智慧零售 services: no items on create, every item named 商品信息 on completion (§6.1).
	SmartRetail bool `yaml:"smart_retail"`
	// LongService is the age from which on a running service is told to a person: its end may be lost. 0 leaves it to
	// order-lifecycle's timers.
	LongService time.Duration `yaml:"long_service"`
}
