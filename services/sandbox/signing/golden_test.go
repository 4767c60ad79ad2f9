package signing

import (
	"crypto/rsa"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"
)

// vectors were made by independent code (wechat-protocol.md §11.1–11.6).
type vectors struct {
	V2 struct {
		Key         string            `json:"key"`
		Request     map[string]string `json:"request"`
		MD5         string            `json:"md5"`
		HMAC        string            `json:"hmac_sha256"`
		Answer      map[string]string `json:"answer"`
		AnswerSigns []string          `json:"answer_signs"`
	} `json:"v2"`
	AEAD struct {
		Key   string `json:"key"`
		Cases []struct {
			Nonce      string `json:"nonce"`
			AAD        string `json:"aad"`
			Ciphertext string `json:"ciphertext"`
			Plaintext  string `json:"plaintext"`
		} `json:"cases"`
	} `json:"aead"`
	Requests []struct {
		Message   string `json:"message"`
		Signature string `json:"signature"`
	} `json:"requests"`
	Callback struct {
		Timestamp    string `json:"timestamp"`
		Nonce        string `json:"nonce"`
		Signature    string `json:"signature"`
		Signature204 string `json:"signature_204"`
	} `json:"callback"`
}

func load(t testing.TB, name string) []byte {
	t.Helper()
	content, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func golden(t testing.TB) (v vectors) {
	t.Helper()
	if err := json.Unmarshal(load(t, "vectors.json"), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func pair(t testing.TB, name string) (*rsa.PrivateKey, *rsa.PublicKey) {
	t.Helper()
	private, err := ParsePrivateKey(load(t, "test_only_"+name+"_private_key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	public, err := ParsePublicKey(load(t, "test_only_"+name+"_public_key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	return private, public
}

func TestV2SignaturesEqualTheGoldenOnes(t *testing.T) {
	v := golden(t).V2
	for i, signType := range []string{MD5, HMACSHA256} {
		v.Request["sign_type"] = signType
		if got, err := V2(v.Request, signType, v.Key); err != nil || got != []string{v.MD5, v.HMAC}[i] {
			t.Errorf("request by %s: %s, %v", signType, got, err)
		}
		if got, err := V2(v.Answer, signType, v.Key); err != nil || got != v.AnswerSigns[i] {
			t.Errorf("answer by %s: %s, %v", signType, got, err)
		}
	}
	v.Answer["authinfo"] = "r" + v.Answer["authinfo"][1:]
	if got, err := V2(v.Answer, HMACSHA256, v.Key); err != nil || got == v.AnswerSigns[1] {
		t.Errorf("another authinfo has the same signature, %v", err)
	}
}

func TestAnUnknownSignTypeIsRefused(t *testing.T) {
	if _, err := V2(map[string]string{"a": "b"}, "SM3", "k"); err == nil {
		t.Error("signed")
	}
}

func TestResourcesSealAndOpenAsTheGoldenOnes(t *testing.T) {
	v := golden(t).AEAD
	for _, c := range v.Cases {
		if got, err := Seal(v.Key, c.Nonce, c.AAD, []byte(c.Plaintext)); err != nil || got != c.Ciphertext {
			t.Errorf("sealed to %s, %v", got, err)
		}
		if got, err := Open(v.Key, c.Nonce, c.AAD, c.Ciphertext); err != nil || string(got) != c.Plaintext {
			t.Errorf("opened to %s, %v", got, err)
		}
	}
}

func TestABadResourceIsAnErrorNeverAPanic(t *testing.T) {
	v := golden(t).AEAD
	c := v.Cases[0]
	flipped := "g" + c.Ciphertext[1:]
	for name, try := range map[string][4]string{
		"flipped byte": {v.Key, c.Nonce, c.AAD, flipped}, "other data": {v.Key, c.Nonce, "transaction", c.Ciphertext},
		"nonce of 11": {v.Key, c.Nonce[:11], c.AAD, c.Ciphertext}, "nonce of 13": {v.Key, c.Nonce + "x", c.AAD, c.Ciphertext},
		"key of 31": {v.Key[:31], c.Nonce, c.AAD, c.Ciphertext}, "not base64": {v.Key, c.Nonce, c.AAD, "*"},
	} {
		if _, err := Open(try[0], try[1], try[2], try[3]); err == nil {
			t.Errorf("%s was opened", name)
		}
	}
}

func TestRequestSignaturesEqualTheGoldenOnes(t *testing.T) {
	private, public := pair(t, "merchant")
	for _, r := range golden(t).Requests {
		lines := strings.SplitN(r.Message, "\n", 5)
		message := RequestMessage(lines[0], lines[1], lines[2], lines[3], []byte(strings.TrimSuffix(lines[4], "\n")))
		if string(message) != r.Message {
			t.Errorf("message %q", message)
		}
		if got, err := Sign(private, message); err != nil || got != r.Signature {
			t.Errorf("signed %s, %v", got, err)
		}
		if !Verify(public, message, r.Signature) || Verify(public, message[1:], r.Signature) || Verify(public, message, "*") {
			t.Error("verification is wrong")
		}
	}
}

func TestCallbackSignaturesEqualTheGoldenOnes(t *testing.T) {
	private, public := pair(t, "wechat")
	v := golden(t).Callback
	for signature, body := range map[string][]byte{v.Signature: load(t, "callback_body.json"), v.Signature204: nil} {
		message := AnswerMessage(v.Timestamp, v.Nonce, body)
		if got, err := Sign(private, message); err != nil || got != signature {
			t.Errorf("signed %s, %v", got, err)
		}
		if !Verify(public, message, signature) {
			t.Error("does not verify")
		}
	}
}

func TestTheGoldenCallbackOpensToItsPlaintext(t *testing.T) {
	var body struct {
		Resource struct {
			Ciphertext     string `json:"ciphertext"`
			AssociatedData string `json:"associated_data"`
			Nonce          string `json:"nonce"`
		} `json:"resource"`
	}
	if err := json.Unmarshal(load(t, "callback_body.json"), &body); err != nil {
		t.Fatal(err)
	}
	got, err := Open(golden(t).AEAD.Key, body.Resource.Nonce, body.Resource.AssociatedData, body.Resource.Ciphertext)
	if err != nil || string(got) != string(load(t, "callback_plaintext.json")) {
		t.Errorf("%s, %v", got, err)
	}
}

func TestProbesHaveTheTwoFormsAndNeverVerify(t *testing.T) {
	private, public := pair(t, "wechat")
	body := load(t, "callback_body.json")
	for spoil, length := range map[Spoil]int{ProbeUndecodable: 363, ProbeWrong: 344, WrongKey: 344} {
		h := AnswerHeaders{Key: Key{Serial: "PUB_KEY_ID_1", Private: private}, At: time.Unix(1700000104, 0), Spoil: spoil}
		headers, err := h.Sign(body, strings.NewReader(strings.Repeat("random", 20)))
		if err != nil {
			t.Fatal(err)
		}
		signature := headers.Get("Wechatpay-Signature")
		if strings.HasPrefix(signature, "WECHATPAY/SIGNTEST/") != (spoil != WrongKey) || len(signature) != length {
			t.Errorf("spoil %d: %d characters, %.20s", spoil, len(signature), signature)
		}
		if Verify(public, AnswerMessage(headers.Get("Wechatpay-Timestamp"), headers.Get("Wechatpay-Nonce"), body), signature) {
			t.Errorf("spoil %d verifies", spoil)
		}
	}
}

func TestTheRingSignsWithTheKindTheAccountHas(t *testing.T) {
	public := NewRing(nil, &Key{Serial: "PUB_KEY_ID_1"}, 500)
	for _, asked := range []string{"", "PUB_KEY_ID_1", "ABC"} {
		if got := public.ForAnswer(asked).Serial; got != "PUB_KEY_ID_1" {
			t.Errorf("asked for %q, signed by %q", asked, got)
		}
	}
	if got := public.ForCallback("any").Serial; got != "PUB_KEY_ID_1" {
		t.Errorf("callback signed by %q", got)
	}
}
