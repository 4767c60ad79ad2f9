package bench

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/facepay-go/facepay/services/sandbox"
	"github.com/facepay-go/facepay/services/sandbox/signing"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

// delivery is one notification, sealed, signed and written out before the clock starts.
type delivery struct {
	header http.Header
	body   []byte
	// nonce and ciphertext are the sealed resource's.
	nonce, ciphertext string
	// request is the whole HTTP request, as it goes over the wire.
	request []byte
}

// notifyPath is where the notifications of the development account go, at our door and at the plain handler's.
const notifyPath = "/v1/notify/wechat/" + stack.Account

// entity tells of a paid order; its fields and lengths are those of wechat-protocol.md §7.3.
const entity = `{"appid":"` + stack.AppID + `","mchid":"` + stack.MchID + `","service_id":"` + stack.ServiceID + `","out_order_no":"%[1]s",` +
	`"order_id":"1000000000202311150001","openid":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o","state":"DONE","state_description":"",` +
	`"service_introduction":"无人售货柜","total_amount":350,"post_payments":[{"name":"商品信息","amount":400,"description":"矿泉水","count":2}],` +
	`"post_discounts":[{"name":"满减","description":"满4减0.5","amount":50}],"risk_fund":{"name":"ESTIMATE_ORDER_COST","amount":10000},` +
	`"time_range":{"start_time":"20231115061320","end_time":"20231115061500"},"need_collection":true,` +
	`"collection":{"state":"USER_PAID","total_amount":350,"paying_amount":0,"paid_amount":350,"details":[{"seq":1,"amount":350,` +
	`"paid_type":"NEWTON","paid_time":"20231115061503","transaction_id":"4200001999202311150000000001"}]}}`

// repeatEvery: the last of so many deliveries repeats an earlier one, byte by byte.
const repeatEvery = 10

// prepare makes n deliveries on all cores: nine of ten tell a new fact, each tenth repeats one of them.
func prepare(n int, run string, from sandbox.Merchant, now time.Time) ([]delivery, error) {
	all := make([]delivery, n)
	var signers errgroup.Group
	signers.SetLimit(runtime.GOMAXPROCS(0))
	for i := range all {
		if i%repeatEvery != repeatEvery-1 {
			signers.Go(func() (err error) {
				all[i], err = sign(fmt.Sprintf("%s%07d", run, i), from, now)
				return err
			})
		}
	}
	err := signers.Wait()
	for i := repeatEvery - 1; i < n; i += repeatEvery {
		all[i] = all[i-1-i/repeatEvery%(repeatEvery-1)]
	}
	return all, err
}

// distinct is how many facts n deliveries tell.
func distinct(n int) int { return n - n/repeatEvery }

// sign makes WeChat's notification that an order was paid (wechat-protocol.md §7.2, §1.3).
func sign(outOrderNo string, from sandbox.Merchant, now time.Time) (d delivery, err error) {
	if d.nonce, err = signing.Nonce(rand.Reader, 12); err != nil {
		return d, err
	}
	d.ciphertext, err = signing.Seal(from.APIv3Key.Reveal(), d.nonce, "payscore", fmt.Appendf(nil, entity, outOrderNo))
	if err != nil {
		return d, err
	}
	d.body, err = json.Marshal(map[string]any{
		"id": "EV-" + outOrderNo, "create_time": now.Format(time.RFC3339), "event_type": "PAYSCORE.USER_PAID",
		"resource_type": "encrypt-resource", "summary": "支付成功", "resource": map[string]string{
			"original_type": "payscore", "algorithm": "AEAD_AES_256_GCM", "ciphertext": d.ciphertext,
			"associated_data": "payscore", "nonce": d.nonce,
		},
	})
	if err != nil {
		return d, err
	}
	key := signing.Key{Serial: from.PublicKeyID, Private: from.PublicKeyPrivate}
	if d.header, err = (signing.AnswerHeaders{Key: key, At: now}).Sign(d.body, rand.Reader); err != nil {
		return d, err
	}
	d.header.Set("Content-Type", "application/json")
	d.request, err = written(d.header, d.body)
	return d, err
}

func written(h http.Header, body []byte) ([]byte, error) {
	var text bytes.Buffer
	fmt.Fprintf(&text, "POST %s HTTP/1.1\r\nHost: facepay.example\r\nContent-Length: %d\r\n", notifyPath, len(body))
	err := h.Write(&text)
	text.WriteString("\r\n")
	text.Write(body)
	return text.Bytes(), err
}
