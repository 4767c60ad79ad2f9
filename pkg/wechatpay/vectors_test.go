package wechatpay_test

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/wechattest"
	"github.com/google/go-cmp/cmp"
	"github.com/wechatpay-apiv3/wechatpay-go/utils"
)

func load[T any](t testing.TB, name string) T {
	t.Helper()
	var v T
	raw, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

type v2Vector struct {
	Name      string
	Key       string
	InMessage bool `json:"sign_type_in_message"`
	Fields    map[string]string
	MD5       string `json:"MD5"`
	HMAC      string `json:"HMAC-SHA256"`
}

func TestV2SignaturesEqualTheVectors(t *testing.T) {
	for _, v := range load[[]v2Vector](t, "v2_signature.json") {
		key, err := wechatpay.NewAPIv2Key(v.Key)
		if err != nil {
			t.Fatal(err)
		}
		for signType, want := range map[wechatpay.SignType]string{wechatpay.MD5: v.MD5, wechatpay.HMACSHA256: v.HMAC} {
			if v.InMessage {
				v.Fields["sign_type"] = string(signType)
			}
			if got := key.Sign(v.Fields, signType); got != want {
				t.Errorf("%s %s: %s, want %s", v.Name, signType, got, want)
			}
			v.Fields["sign"] = want
			if !key.Verify(v.Fields, signType) {
				t.Errorf("%s %s: its own signature does not verify", v.Name, signType)
			}
		}
	}
}

func TestV2VerificationFailsWhenOneCharacterChanges(t *testing.T) {
	v := load[[]v2Vector](t, "v2_signature.json")[1]
	key, _ := wechatpay.NewAPIv2Key(v.Key)
	v.Fields["sign"] = v.HMAC
	for name, changed := range map[string]string{
		"authinfo": strings.Replace(v.Fields["authinfo"], "q3", "q4", 1), "return_code": "success", "unknown": "x", "sign": "",
	} {
		fields := map[string]string{}
		for k, value := range v.Fields {
			fields[k] = value
		}
		fields[name] = changed
		if key.Verify(fields, wechatpay.HMACSHA256) {
			t.Errorf("a changed %s still verifies", name)
		}
	}
}

type aeadVectors struct {
	Key     string
	Vectors []struct{ Nonce, AAD, Ciphertext, Plaintext string }
}

func TestOpenEqualsTheVectorsAndTheSDK(t *testing.T) {
	data := load[aeadVectors](t, "aead.json")
	key, err := wechatpay.NewAPIv3Key(data.Key)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range data.Vectors {
		got, err := key.Open(v.Nonce, v.AAD, v.Ciphertext)
		if err != nil {
			t.Fatal(err)
		}
		sdk, err := utils.DecryptAES256GCM(data.Key, v.AAD, v.Nonce, v.Ciphertext)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != v.Plaintext || sdk != v.Plaintext {
			t.Errorf("AAD %q: %s", v.AAD, cmp.Diff(v.Plaintext, string(got)))
		}
	}
}

func TestOpenRefusesWhatWasNotSealedSo(t *testing.T) {
	data := load[aeadVectors](t, "aead.json")
	key, _ := wechatpay.NewAPIv3Key(data.Key)
	v := data.Vectors[0]
	flipped := "g" + v.Ciphertext[1:]
	for name, c := range map[string]struct {
		nonce, aad, text string
		want             wechatpay.Reason
	}{
		"flipped byte":  {v.Nonce, v.AAD, flipped, wechatpay.DecryptFailed},
		"other AAD":     {v.Nonce, "transaction", v.Ciphertext, wechatpay.DecryptFailed},
		"nonce of 11":   {v.Nonce[:11], v.AAD, v.Ciphertext, wechatpay.BadNonce},
		"nonce of 13":   {v.Nonce + "x", v.AAD, v.Ciphertext, wechatpay.BadNonce},
		"no nonce":      {"", v.AAD, v.Ciphertext, wechatpay.BadNonce},
		"not base64":    {v.Nonce, v.AAD, "***", wechatpay.DecryptFailed},
		"less than tag": {v.Nonce, v.AAD, "AAAA", wechatpay.DecryptFailed},
	} {
		if _, err := key.Open(c.nonce, c.aad, c.text); wechatpay.ReasonOf(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	if _, err := wechatpay.NewAPIv3Key(data.Key[:31]); err == nil {
		t.Error("a key of 31 bytes was taken")
	}
	if _, err := (wechatpay.APIv3Key{}).Open(v.Nonce, v.AAD, v.Ciphertext); err == nil {
		t.Error("no key opened something")
	}
}

func TestRequestSignaturesEqualTheVectors(t *testing.T) {
	for _, v := range load[[]struct{ Message, Signature, Authorization string }](t, "request_signature.json") {
		lines := strings.SplitN(v.Message, "\n", 5)
		method, uri, stamp, nonce, body := lines[0], lines[1], lines[2], lines[3], strings.TrimSuffix(lines[4], "\n")
		clock := wechattest.At(unix(t, stamp))
		server := wechattest.Serve(t, clock, func(wechattest.Got) wechattest.Reply { return wechattest.Reply{Status: 204} })
		f := newFixture(t, clock, server.URL)
		f.options.Nonce = func() string { return nonce }
		client, err := wechatpay.NewClient(f.account, f.ring, f.options)
		if err != nil {
			t.Fatal(err)
		}
		client.Do(t.Context(), method, uri, []byte(body))

		got := server.Got()[0]
		if got.URI != uri || got.Body != body {
			t.Errorf("on the wire: %s %q, signed: %s %q", got.URI, got.Body, uri, body)
		}
		want := `WECHATPAY2-SHA256-RSA2048 mchid="1900000109",nonce_str="` + nonce + `",timestamp="` + stamp +
			`",serial_no="` + wechattest.MerchantSerial + `",signature="` + v.Signature + `"`
		if v.Authorization != "" && v.Authorization != want {
			t.Errorf("the vector's header is not built as expected: %s", cmp.Diff(v.Authorization, want))
		}
		if diff := cmp.Diff(want, got.Header.Get("Authorization")); diff != "" {
			t.Error(diff)
		}
	}
}

func TestAnEmptyAnswerVerifiesAsTheVectorSays(t *testing.T) {
	headers := http.Header{}
	for name, value := range load[map[string]string](t, "empty_answer_headers.json") {
		headers.Set(name, value)
	}
	f := newFixture(t, wechattest.At(wechattest.Start), "http://127.0.0.1:1")
	if err := f.ring.VerifySigned(wechattest.Start, headers, nil); err != nil {
		t.Error(err)
	}
	if err := f.ring.VerifySigned(wechattest.Start, headers, []byte("x")); wechatpay.ReasonOf(err) != wechatpay.BadSignature {
		t.Errorf("a body nobody signed: %v", err)
	}
}

func unix(t *testing.T, seconds string) time.Time {
	t.Helper()
	var n int64
	if err := json.Unmarshal([]byte(seconds), &n); err != nil {
		t.Fatal(err)
	}
	return time.Unix(n, 0).UTC()
}
