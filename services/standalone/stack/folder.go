package stack

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"text/template"
	"time"

	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/services/sandbox"
)

// The development merchant. Its numbers are those of the protocol sheet's examples.
const (
	Merchant  = "demo"
	Account   = "wx-demo"
	MchID     = "1900000109"
	AppID     = "wx8888888888888888"
	ServiceID = "500001"
	// ConfirmServiceID is the merchant's need-confirm (需确认) service.
	ConfirmServiceID = "500002"
	// Cap is the risk amount cap of every service, fen.
	Cap = 20_000
)

// The partner account (服务商) and the merchant whom it serves, where the stack has them (Options.Partner). A customer of his
// who chooses the phone at the kiosk goes on with it.
const (
	PartnerMerchant  = "locker"
	PartnerAccount   = "wx-partner"
	PartnerMchID     = "1230000109"
	PartnerAppID     = "wx9999999999999999"
	SubMchID         = "1900000208"
	PartnerServiceID = "500003"
)

// folder is the data folder: keys made on first use, merchants.yaml written at every start (it names the sandbox's
// address), stores and streams.
type folder struct {
	dir  string
	keys *sandbox.DevKeys
	// partnerKeys are those of the partner account; nil without one.
	partnerKeys *sandbox.DevKeys
	// sealKeys is the file of authinfo's sealing keys.
	sealKeys string
	// userKey is the file of the secret that names users in events.
	userKey string
}

func openFolder(dir string, now time.Time) (*folder, error) {
	if err := os.MkdirAll(filepath.Join(dir, "keys"), 0o700); err != nil {
		return nil, fmt.Errorf("making the data folder: %w", err)
	}
	in := func(name string) string { return filepath.Join(dir, "keys", name) }
	f := &folder{dir: dir, sealKeys: in("seal_keys.txt"), userKey: in("user_key.txt")}
	var err error
	if f.keys, err = sandbox.OpenDevKeys(filepath.Join(dir, "keys"), now); err != nil {
		return nil, err
	}
	if err := writeOnce(f.sealKeys, now.Format("2006-01-02")+" "+randomHex(32)+"\n"); err != nil {
		return nil, err
	}
	return f, writeOnce(f.userKey, randomHex(16))
}

var merchantsFile = template.Must(template.New("merchants.yaml").Parse(`# Written at every start of facepay: the sandbox's address is in it.
accounts:
  - id: {{.Account}}
    wechat:
      mchid: "{{.MchID}}"
      merchant_serial: {{.Serial}}
      private_key_file: keys/{{.PrivateKey}}
      apiv2_key_file: keys/{{.APIv2}}
      apiv3_key_file: keys/{{.APIv3}}
      platform_certificates: true
      public_keys:
        - id: {{.PublicKeyID}}
          file: keys/{{.PublicKey}}
      api_url: {{.Provider}}
      face_url: {{.Provider}}
{{- with .Partner}}
  - id: {{.Account}}
    wechat:
      mchid: "{{.MchID}}"
      partner: true
      merchant_serial: {{.Serial}}
      private_key_file: {{.Folder}}/{{$.PrivateKey}}
      apiv2_key_file: {{.Folder}}/{{$.APIv2}}
      apiv3_key_file: {{.Folder}}/{{$.APIv3}}
      platform_certificates: true
      public_keys:
        - id: {{.PublicKeyID}}
          file: {{.Folder}}/{{$.PublicKey}}
      api_url: {{$.Provider}}
      face_url: {{$.Provider}}
{{- end}}
merchants:
  - id: {{.Merchant}}
    wechat:
      account: {{.Account}}
      appid: {{.AppID}}
      ask_unionid: true
      services:
        - id: "{{.ServiceID}}"
          cap_fen: {{.Cap}}
        - id: "{{.ConfirmServiceID}}"
          confirm: true
          cap_fen: {{.Cap}}
{{- with .Partner}}
  - id: {{.Merchant}}
    wechat:
      account: {{.Account}}
      appid: {{.AppID}}
      sub_mchid: "{{.SubMchID}}"
      ask_unionid: true
      scan_payment: by_phone
      services:
        - id: "{{.ServiceID}}"
          cap_fen: {{$.Cap}}
{{- end}}
`))

// merchants writes merchants.yaml for a provider at that address and loads it.
func (f *folder) merchants(provider string) (*merchant.Book, error) {
	path := filepath.Join(f.dir, "merchants.yaml")
	err := replaceFile(path, merchantsFile, map[string]any{
		"Account": Account, "MchID": MchID, "Serial": f.keys.MerchantSerial, "PrivateKey": sandbox.MerchantKeyFile,
		"APIv2": sandbox.APIv2KeyFile, "APIv3": sandbox.APIv3KeyFile, "PublicKeyID": f.keys.PublicKeyID, "PublicKey": sandbox.PublicKeyFile,
		"Provider": provider, "Merchant": Merchant, "AppID": AppID, "ServiceID": ServiceID, "Cap": Cap,
		"ConfirmServiceID": ConfirmServiceID, "Partner": f.partner(),
	})
	if err != nil {
		return nil, err
	}
	return merchant.Load(path)
}

// partner is what merchants.yaml says of the partner account and its merchant; nil without one.
func (f *folder) partner() map[string]string {
	if f.partnerKeys == nil {
		return nil
	}
	return map[string]string{
		"Account": PartnerAccount, "MchID": PartnerMchID, "Serial": f.partnerKeys.MerchantSerial, "PublicKeyID": f.partnerKeys.PublicKeyID,
		"Folder": partnerKeys, "Merchant": PartnerMerchant, "AppID": PartnerAppID, "SubMchID": SubMchID, "ServiceID": PartnerServiceID,
	}
}

// partnerKeys is the folder of the partner account's keys.
const partnerKeys = "partner-keys"

// openPartner opens, or makes, the keys of a partner account as well.
func (f *folder) openPartner(now time.Time) (err error) {
	f.partnerKeys, err = sandbox.OpenDevKeys(filepath.Join(f.dir, partnerKeys), now)
	return err
}

// replaceFile writes a file from a template.
func replaceFile(path string, form *template.Template, with map[string]any) error {
	var text bytes.Buffer
	if err := form.Execute(&text, with); err != nil {
		return fmt.Errorf("writing %s: %w", filepath.Base(path), err)
	}
	return writeWhole(path, text.Bytes())
}

// writeOnce writes a secret that is not there yet.
func writeOnce(path, text string) error {
	_, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return writeWhole(path, []byte(text))
	}
	if err != nil {
		return fmt.Errorf("looking for %s: %w", filepath.Base(path), err)
	}
	return nil
}

// writeWhole replaces a file as a whole, so that a kill leaves the old content or the new one. It is readable by its
// owner only.
func writeWhole(path string, content []byte) error {
	err := os.WriteFile(path+".new", content, 0o600)
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", filepath.Base(path), err)
	}
	return nil
}

func randomHex(n int) string {
	b := make([]byte, n)
	rand.Read(b) // never fails
	return hex.EncodeToString(b)
}
