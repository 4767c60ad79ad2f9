package credential

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// Terminal is all that must be equal for one credential to serve again (wechat-protocol.md §2.2: the same terminal and
// identical parameters, without rawdata, now, nonce_str and sign). Any other value is another terminal.
type Terminal struct {
	// Merchant is our id.
	Merchant string
	// AppID and MchID are the merchant's; SubAppID and SubMchID exist in partner mode.
	AppID, MchID, SubAppID, SubMchID string
	// StoreID, StoreName, DeviceID and Attach are the kiosk's.
	StoreID, StoreName, DeviceID, Attach string
}

// ID is the id of the terminal's document: the merchant and a digest of everything else, since attach has no bound.
func (t Terminal) ID() string {
	h := sha256.New()
	for _, part := range []string{t.AppID, t.MchID, t.SubAppID, t.SubMchID, t.StoreID, t.StoreName, t.DeviceID, t.Attach} {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part)))) // no two lists of parts read alike
		h.Write([]byte(part))
	}
	return t.Merchant + "/" + hex.EncodeToString(h.Sum(nil)[:16])
}
