package sandbox

import (
	"os"
	"path/filepath"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/services/sandbox/account"
	"github.com/facepay-go/facepay/services/sandbox/signing"
)

// Names of the files DevKeys makes. The client's side needs the first six; the rest is WeChat's.
const (
	MerchantKeyFile         = "merchant_key.pem"            // merchant API private key, PKCS8
	MerchantSerialFile      = "merchant_serial.txt"         // its certificate's serial, 40 hex digits
	APIv2KeyFile            = "apiv2_key.txt"               // 32 characters
	APIv3KeyFile            = "apiv3_key.txt"               // 32 bytes
	PublicKeyFile           = "wechatpay_public_key.pem"    // WeChat Pay public key (微信支付公钥)
	PublicKeyIDFile         = "wechatpay_public_key_id.txt" // its id, PUB_KEY_ID_…
	MerchantCertificateFile = "merchant_certificate.pem"    // merchant API certificate
	PlatformCertificateFile = "platform_certificate.pem"    // platform certificate (平台证书)
	CAFile                  = "wechatpay_ca.pem"            // the CA that issued both certificates
	PublicKeyPrivateFile    = "wechatpay_private_key.pem"   // private half of the public key
	PlatformKeyFile         = "platform_private_key.pem"    // private half of the platform certificate
)

// DevKeys is a complete set of development keys in a folder: both sides of one merchant account. They are made on first
// use and found again later.
type DevKeys struct {
	// Dir holds the files named above.
	Dir string
	// MerchantSerial and PublicKeyID are the contents of their files.
	MerchantSerial, PublicKeyID string

	merchant Merchant
}

// OpenDevKeys loads the keys in dir, making the folder (0700) and all files (0600) if MerchantKeyFile is not there. now
// is the start of the certificates' validity of five years. A set that is there in part is an error of class Terminal.
func OpenDevKeys(dir string, now time.Time) (*DevKeys, error) {
	if _, err := os.Stat(filepath.Join(dir, MerchantKeyFile)); os.IsNotExist(err) {
		if err := writeDevKeys(dir, now); err != nil {
			return nil, err
		}
	}
	return loadDevKeys(dir)
}

// Merchant is the account as WeChat knows it, with both key kinds at once; the caller adds its services.
func (k *DevKeys) Merchant(mchID string, appIDs ...string) Merchant {
	m := k.merchant
	m.MchID, m.AppIDs = mchID, appIDs
	return m
}

func loadDevKeys(dir string) (*DevKeys, error) {
	k := &DevKeys{Dir: dir}
	read := fileReader{dir: dir}
	m := &k.merchant
	m.Serial, m.PublicKeyID = read.text(MerchantSerialFile), read.text(PublicKeyIDFile)
	m.APIv2Key, m.APIv3Key = account.Secret(read.text(APIv2KeyFile)), account.Secret(read.text(APIv3KeyFile))
	m.PublicKey = parsed(&read, MerchantCertificateFile, signing.ParsePublicKey)
	m.Certificate = parsed(&read, PlatformCertificateFile, signing.ParseCertificate)
	m.CertificateKey = parsed(&read, PlatformKeyFile, signing.ParsePrivateKey)
	m.PublicKeyPrivate = parsed(&read, PublicKeyPrivateFile, signing.ParsePrivateKey)
	m.KeyMode = BothMode
	k.MerchantSerial, k.PublicKeyID = m.Serial, m.PublicKeyID
	return k, read.err
}

// writeDevKeys writes MerchantKeyFile last, so that a folder with it is complete.
func writeDevKeys(dir string, now time.Time) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fault.Wrap(err, fault.Terminal, "keys_write", "making the key folder")
	}
	made := keyMaker{now: now}
	ca := made.authority()
	merchantKey, merchantCertificate := made.issue(ca, "sandbox merchant")
	platformKey, platformCertificate := made.issue(ca, "Tenpay.com sandbox platform")
	wechatKey := made.key()
	digits, v2, v3 := made.text(signing.Digits, 28), made.text(signing.Nonce, 32), made.text(signing.Nonce, 32)
	if made.err != nil {
		return made.err
	}
	files := [][2]string{
		{CAFile, certificatePEM(ca.certificate)}, {MerchantCertificateFile, certificatePEM(merchantCertificate)},
		{PlatformCertificateFile, certificatePEM(platformCertificate)}, {PlatformKeyFile, privatePEM(platformKey)},
		{PublicKeyPrivateFile, privatePEM(wechatKey)}, {PublicKeyFile, publicPEM(&wechatKey.PublicKey)},
		{PublicKeyIDFile, signing.PublicKeyPrefix + digits}, {APIv2KeyFile, v2}, {APIv3KeyFile, v3},
		{MerchantSerialFile, signing.CertificateSerial(merchantCertificate)}, {MerchantKeyFile, privatePEM(merchantKey)},
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(dir, f[0]), []byte(f[1]), 0o600); err != nil {
			return fault.Wrap(err, fault.Terminal, "keys_write", "writing "+f[0])
		}
	}
	return nil
}
