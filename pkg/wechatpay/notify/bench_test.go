package notify_test

import (
	"testing"

	"github.com/facepay-go/facepay/pkg/wechatpay/internal/wechattest"
	"github.com/facepay-go/facepay/pkg/wechatpay/notify"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/verifiers"
	"github.com/wechatpay-apiv3/wechatpay-go/utils"
)

// BenchmarkVerifyAndDecrypt against BenchmarkBareCrypto shows what facepay adds to the crypto itself.
func BenchmarkVerifyAndDecrypt(b *testing.B) {
	ring, key := receiver(b)
	header, body := vectorHeader(b), file(b, "user_paid_body.json")
	b.ReportAllocs()
	for b.Loop() {
		if err := notify.VerifyNotification(wechattest.Start, header, body, ring); err != nil {
			b.Fatal(err)
		}
		envelope, err := notify.Parse(body)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := notify.Decrypt(key, envelope.Resource); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDecodeOrder reads the entity that was decrypted.
func BenchmarkDecodeOrder(b *testing.B) {
	plain := file(b, "user_paid_plain.json")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := notify.DecodeOrder(plain); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBareCrypto(b *testing.B) {
	header, body := vectorHeader(b), file(b, "user_paid_body.json")
	message := header.Get("Wechatpay-Timestamp") + "\n" + header.Get("Wechatpay-Nonce") + "\n" + string(body) + "\n"
	signature := header.Get("Wechatpay-Signature")
	sdk := verifiers.NewSHA256WithRSAPubkeyVerifier(wechattest.PublicKeyID, wechattest.WeChatKey(b).PublicKey)
	envelope, err := notify.Parse(body)
	if err != nil {
		b.Fatal(err)
	}
	r := envelope.Resource
	b.ReportAllocs()
	for b.Loop() {
		if err := sdk.Verify(b.Context(), wechattest.PublicKeyID, message, signature); err != nil {
			b.Fatal(err)
		}
		if _, err := utils.DecryptAES256GCM(wechattest.APIv3Key, r.AssociatedData, r.Nonce, r.Ciphertext); err != nil {
			b.Fatal(err)
		}
	}
}
