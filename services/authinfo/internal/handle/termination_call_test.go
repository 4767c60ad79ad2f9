package handle

import (
	"crypto/rand"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/aggregate"
	"github.com/facepay-go/facepay/pkg/seal"

	"github.com/facepay-go/facepay/services/authinfo/internal/consent"
	"github.com/facepay-go/facepay/services/authinfo/internal/wechat"
)

// What keeps a termination from being sent is tried again at its own growing gaps, not with every claim.
func TestATerminationWhoseSealKeyOrMerchantIsGoneIsTriedAtGrowingGaps(t *testing.T) {
	sealer, err := seal.New([]seal.Key{seal.NewKey("new", make([]byte, 32))}, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for what, desks := range map[string]map[string]*wechat.Desk{"merchant": nil, "seal key": {"acme": {}}} {
		job := &TerminationCall{Desks: desks, Vault: Vault{sealer}}
		now := time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)
		began := now
		end := consent.NewTermination("t1", "digest", "500001", now)
		end.User = consent.Sealed{KeyID: "old", Nonce: make([]byte, 12), Ciphertext: []byte("x")}
		tries := 0
		for ; now.Sub(began) < time.Hour; tries++ {
			take, err := job.Call(t.Context(), "acme", "acme/t1", end)
			if err == nil || take == nil {
				t.Fatalf("%s: it was called, or nothing is planned: %v", what, err)
			}
			take(&aggregate.Turn[consent.Termination]{State: &end, Now: now})
			if end.State != consent.Asking || !end.Todo.At.After(now) {
				t.Fatalf("%s: %+v", what, end)
			}
			now = end.Todo.At
		}
		if tries > 10 {
			t.Errorf("%s: %d tries within an hour", what, tries)
		}
	}
}
