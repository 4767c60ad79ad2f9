package callbackingest_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

const certificateSerial = "3A2B4C5D6E7F8091A2B3C4D5E6F708192A3B4C5D"

// certificates is WeChat's GET /v3/certificates (wechat-protocol.md §1.4), which answers when it is let.
func certificates(t *testing.T, w *world, from wechat) (url string, asked <-chan struct{}, let chan<- struct{}) {
	t.Helper()
	list := certificateList(t, from)
	asking, letting := make(chan struct{}, 8), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		asking <- struct{}{}
		select {
		case <-letting:
		case <-r.Context().Done():
			return
		}
		for k, v := range from.signed(w.clock.Now(), list) {
			rw.Header()[k] = v
		}
		_, _ = rw.Write(list)
	}))
	t.Cleanup(server.Close)
	return server.URL, asking, letting
}

func certificateList(t *testing.T, from wechat) []byte {
	t.Helper()
	serial, _ := new(big.Int).SetString(certificateSerial, 16)
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "test only"},
		NotBefore: goldenTime.Add(-time.Hour), NotAfter: goldenTime.Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, from.key.Public(), from.key)
	must(t, err)
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	block, err := aes.NewCipher(from.apiv3)
	must(t, err)
	aead, err := cipher.NewGCM(block)
	must(t, err)
	sealed := aead.Seal(nil, []byte("certificate0"), text, []byte("certificate"))
	list, err := json.Marshal(map[string]any{"data": []any{map[string]any{
		"serial_no": certificateSerial, "effective_time": "-", "expire_time": "-", "encrypt_certificate": map[string]string{
			"algorithm": "AEAD_AES_256_GCM", "nonce": "certificate0", "associated_data": "certificate",
			"ciphertext": base64.StdEncoding.EncodeToString(sealed),
		},
	}}})
	must(t, err)
	return list
}

func TestAnUnknownSerialIsRefusedAtOnceAndKnownAfterTheRefreshBehindIt(t *testing.T) {
	w := newWorld(t)
	from := newWeChat(t, certificateSerial, "wechat_private.pem", "second_apiv3_key")
	url, asked, let := certificates(t, w, from)
	w.book = bookWith(t, `      private_key_file: partner_never_opened
      apiv2_key_file: never_opened
      apiv3_key_file: second_apiv3_key
      public_keys:
        - {id: PUB_KEY_ID_0219000002082023111500000000000001, file: second_public.pem}
`, `      private_key_file: second_private.pem
      apiv2_key_file: never_opened
      apiv3_key_file: second_apiv3_key
      platform_certificates: true
      api_url: `+url+"\n")
	w.start()
	<-asked // the first download is under way and gets no answer
	e := entity(t, map[string]any{
		"out_order_no": "CERT", "mchid": "1900000208", "sub_mchid": "1900009231", "appid": "wx7777777777777777", "service_id": "600001",
	})
	body := from.notification("PAYSCORE.USER_PAID", e)
	began := time.Now()
	if s := w.tell(from, "wx-partner", body); s != http.StatusUnauthorized {
		t.Errorf("answered %d before the key is known", s)
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("the answer waited %v for the download", took)
	}
	if w.svc.Counts().Reasons["unknown_serial"] != 1 {
		t.Errorf("counted %+v", w.svc.Counts())
	}
	let <- struct{}{}
	eventually(t, func() bool { return w.tell(from, "wx-partner", body) == http.StatusOK })
}
