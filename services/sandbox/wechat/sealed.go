package wechat

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/services/sandbox/account"
	"github.com/facepay-go/facepay/services/sandbox/signing"
)

// credential is what an authinfo says, sealed so that nothing has to be stored for it.
type credential struct {
	AppID, StoreID, DeviceID, Machine string
	SubMchID, SubAppID                string // of a partner's sub-merchant
	Expires                           int64  // unix milliseconds
}

// seal makes an opaque token that only this sandbox can read, bound to the merchant; base64 text like the real ones.
func (s *Server) seal(m *account.Merchant, content any) (string, error) {
	plaintext, err := json.Marshal(content)
	if err != nil {
		return "", fault.Wrap(err, fault.Terminal, "token_encode", "encoding a token")
	}
	nonce, err := signing.Nonce(s.Random, 12)
	if err != nil {
		return "", err
	}
	sealed, err := signing.Seal(tokenKey(m), nonce, "", plaintext)
	return nonce + sealed, err
}

// unseal reports whether the token is one of ours for this merchant, and reads it.
func unseal(m *account.Merchant, token string, into any) bool {
	if len(token) < 12 {
		return false
	}
	plaintext, err := signing.Open(tokenKey(m), token[:12], "", token[12:])
	return err == nil && json.Unmarshal(plaintext, into) == nil
}

// tokenKey is derived, so tokens outlive a restart of the sandbox.
func tokenKey(m *account.Merchant) string {
	sum := sha256.Sum256([]byte("facepay sandbox token\x00" + m.MchID + "\x00" + m.APIv2Key.Reveal()))
	return string(sum[:])
}

const machineMark = "facepay-sandbox-machine\x00"

// Rawdata is what the SDK's getWxpayfaceRawdata would give on a machine: base64 text, different every time.
func (s *Server) Rawdata(machine string) (string, error) {
	nonce, err := signing.Nonce(s.Random, 16)
	return base64.StdEncoding.EncodeToString([]byte(machineMark + machine + "\x00" + nonce)), err
}

// machineOf reads the machine from rawdata of our own making; "" for any other text, which fits every machine.
func machineOf(rawdata string) string {
	raw, err := base64.StdEncoding.DecodeString(rawdata)
	if err != nil {
		return ""
	}
	rest, ours := strings.CutPrefix(string(raw), machineMark)
	if !ours {
		return ""
	}
	machine, _, _ := strings.Cut(rest, "\x00")
	return machine
}
