package sandbox_test

import (
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/core/option"

	"github.com/facepay-go/facepay/services/sandbox"
	"github.com/facepay-go/facepay/services/sandbox/book"
)

// The official SDK applies for a bill with the answer verified, and downloads it with a client that verifies nothing, since
// the file is not signed.
func TestTheOfficialSDKDownloadsABill(t *testing.T) {
	w := start(t, configuredService(func(m *sandbox.Merchant) { m.KeyMode = sandbox.PublicKeyMode }))
	day := time.Now().Add(-48 * time.Hour)
	w.restartAfter(func(b *book.Book) { put(t, b, doneOrder("PS1", deducted(number(1), 350, day))) })
	transport := option.WithHTTPClient(&http.Client{Transport: toSandbox{strings.TrimPrefix(w.url, "http://")}})
	get := func(url string, auth ...core.ClientOption) []byte {
		client, err := core.NewClient(t.Context(), append(auth, transport)...)
		if err != nil {
			t.Fatal(err)
		}
		result, err := client.Get(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(result.Response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return body
	}
	applied := get(w.url+"/v3/bill/tradebill?bill_date="+day.In(beijing).Format(time.DateOnly)+"&tar_type=GZIP",
		option.WithWechatPayPublicKeyAuthCipher(mchID, w.client.serial, w.client.private, w.client.public, w.client.wechat[w.client.public]))
	var answer struct {
		HashValue   string `json:"hash_value"`
		DownloadURL string `json:"download_url"`
	}
	if err := json.Unmarshal(applied, &answer); err != nil {
		t.Fatal(err)
	}
	text := unzipped(t, get(answer.DownloadURL, option.WithMerchantCredential(mchID, w.client.serial, w.client.private), option.WithoutValidator()))
	sum := sha1.Sum(text)
	if hex.EncodeToString(sum[:]) != answer.HashValue || len(rows(string(text))) != 1 {
		t.Errorf("%s\n%s", applied, text)
	}
}
