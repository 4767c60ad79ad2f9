package authorisation

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"
)

// Kind is what happened.
type Kind string

const (
	// Opening is USER_OPEN_SERVICE.
	Opening Kind = "opening"
	// Closing is USER_CLOSE_SERVICE.
	Closing Kind = "closing"
)

// Fact is one opening or closing as WeChat told it (wechat-protocol.md §7.3 A).
type Fact struct {
	Kind Kind
	// At is openorclose_time: second precision, Beijing as sent, any zone here.
	At time.Time
	// OutRequestNo is the sign number (商户签约单号); on a closing only if it was given when signing.
	OutRequestNo string
	// AuthorizationCode is the agreement number (授权协议号), when it was pre-authorised.
	AuthorizationCode string
}

// agreement names what was signed, "" when WeChat told no number.
func (f Fact) agreement() string { return cmp.Or(f.OutRequestNo, f.AuthorizationCode) }

// key names the fact within its authorisation (§7.5): status, time, and a digest of the numbers, since a document keeps
// the keys for ever.
func (f Fact) key() string {
	sum := sha256.Sum256([]byte(f.OutRequestNo + "\x00" + f.AuthorizationCode))
	return string(f.Kind[:1]) + strconv.FormatInt(f.At.Unix(), 36) + "/" + hex.EncodeToString(sum[:5])
}
