package session

import (
	"math/big"
	"strings"
	"time"
)

// Random is the randomness of one minted number: 16 unpredictable bytes.
type Random [16]byte

// tail is how many base-36 digits of randomness a number has: 103 bits, so that numbers do not meet and a kiosk cannot
// guess another's.
const tail = 20

// MintOutOrderNo makes an out_order_no (商户订单号): FP, the date, randomness; 30 of [0-9A-Z], within the 32 of
// wechat-protocol.md §3.1 and without the characters that need escaping (§1.2). beijing is the time in Beijing.
func MintOutOrderNo(beijing time.Time, r Random) string { return mint("FP", beijing, r) }

// MintOutRequestNo makes a payscore_out_request_no (商户签约单号), at most 64 characters (§3.1). Its charset is not
// documented; letters and digits are safe.
func MintOutRequestNo(beijing time.Time, r Random) string { return mint("FR", beijing, r) }

// MintAuthorizationCode makes an authorization_code (授权协议号), at most 32 characters, letters and digits (§5.1, §10.3).
// Randomness makes it one user's for ever.
func MintAuthorizationCode(beijing time.Time, r Random) string { return mint("FA", beijing, r) }

func mint(prefix string, beijing time.Time, r Random) string {
	n := new(big.Int).SetBytes(r[:])
	n.Mod(n, new(big.Int).Exp(big.NewInt(36), big.NewInt(tail), nil))
	digits := strings.ToUpper(n.Text(36))
	return prefix + beijing.Format("20060102") + strings.Repeat("0", tail-len(digits)) + digits
}
