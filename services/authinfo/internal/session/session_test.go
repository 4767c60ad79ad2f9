package session

import (
	"math/big"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/facepay-go/facepay/pkg/fault"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.FixedZone("Asia/Shanghai", 8*60*60))

func anyRequest(t *rapid.T) Request {
	return Request{
		RequestID: rapid.StringMatching(`[0-9A-Za-z_-]{1,64}`).Draw(t, "request_id"), Merchant: "acme", ServiceID: "500001",
		StoreID: rapid.StringMatching(`[a-z]{1,4}`).Draw(t, "store_id"), StoreName: rapid.StringMatching(`[a-z]{1,4}`).Draw(t, "store_name"),
		DeviceID: rapid.StringMatching(`[a-z]{1,4}`).Draw(t, "device_id"), Attach: rapid.SampledFrom([]string{"", "{}"}).Draw(t, "attach"),
		OutOrderNo: rapid.SampledFrom([]string{"", "OWN1"}).Draw(t, "out_order_no"),
	}
}

func TestAMintedNumberIsLettersAndDigitsOfFixedLengthAndDecidedByItsRandomness(t *testing.T) {
	random := rapid.Map(rapid.SliceOfN(rapid.Byte(), 16, 16), func(b []byte) Random { return Random(b) })
	rapid.Check(t, func(t *rapid.T) {
		a, b := random.Draw(t, "a"), random.Draw(t, "b")
		n := MintOutOrderNo(noon, a)
		if len(n) != 30 || !strings.HasPrefix(n, "FP20261122") || strings.Trim(n, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" || !IsNumber(n) {
			t.Fatalf("minted %q", n)
		}
		if m := MintOutRequestNo(noon, a); m[2:] != n[2:] || m[:2] != "FR" {
			t.Fatalf("minted %q and %q of the same bytes", n, m)
		}
		space := new(big.Int).Exp(big.NewInt(36), big.NewInt(20), nil)
		same := new(big.Int).Mod(new(big.Int).SetBytes(a[:]), space).Cmp(new(big.Int).Mod(new(big.Int).SetBytes(b[:]), space)) == 0
		if (MintOutOrderNo(noon, b) == n) != same {
			t.Fatalf("%x and %x are both %q", a, b, n)
		}
	})
}

func TestARequestIsAnsweredByItsSessionAndNoOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		opener, caller := anyRequest(t), anyRequest(t)
		if rapid.Bool().Draw(t, "same id") {
			caller.RequestID = opener.RequestID
		}
		s := New(opener, Numbers{"N", "R"}, Given{"c", 1}, noon, time.Minute, noon.Add(time.Hour))
		want := ""
		switch {
		case caller.RequestID != opener.RequestID:
			want = "out_order_no_taken"
		case caller != opener:
			want = "request_id_conflict"
		}
		if err := s.Answers(caller); fault.CodeOf(err) != want || (want != "") != fault.Is(err, fault.Conflict) {
			t.Fatalf("got %v, want %q", err, want)
		}
	})
}

func TestADigestTellsWhereOneFieldEndsAndTheNextBegins(t *testing.T) {
	a := Request{ServiceID: "1", StoreID: "23"}
	b := Request{ServiceID: "12", StoreID: "3"}
	if a.Digest() == b.Digest() {
		t.Error("two bodies have one digest")
	}
}

// TestASessionEndsOnceAndStaysEnded: invariants of the states, whatever happens in whatever order.
func TestASessionEndsOnceAndStaysEnded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ttl := time.Duration(rapid.IntRange(1, 100).Draw(t, "ttl")) * time.Second
		life := time.Duration(rapid.IntRange(1, 100).Draw(t, "credential")) * time.Second
		s := New(anyRequest(t), Numbers{"N", "R"}, Given{"c", 1}, noon, ttl, noon.Add(life))
		if s.ExpiresAt != noon.Add(min(ttl, life)) {
			t.Fatalf("expires %v after the opening, ttl %v, credential %v", s.ExpiresAt.Sub(noon), ttl, life)
		}
		now, expiries := noon, 0
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 30).Draw(t, "later")) * time.Second)
			before := s
			if rapid.Bool().Draw(t, "result") {
				s.Use(rapid.StringN(0, 40, -1).Draw(t, "code"), 0, now)
			} else if s.Expire(now) {
				expiries++
			}
			checkStep(t, before, s, now)
		}
		if expiries > 1 || (expiries == 1) != (s.State == Expired) {
			t.Fatalf("%d expiries, state %s", expiries, s.State)
		}
	})
}

func checkStep(t *rapid.T, before, after Session, now time.Time) {
	switch {
	case before.State != Open && (after.State != before.State || after.EndedAt != before.EndedAt):
		t.Fatalf("final %s became %s", before.State, after.State)
	case after.State == Expired && after.EndedAt.Before(after.ExpiresAt):
		t.Fatalf("expired before its time")
	case after.State == Used && after.Result.SeenAt.IsZero(), after.State == Open && !after.Result.SeenAt.IsZero():
		t.Fatalf("%s with a result seen at %v", after.State, after.Result.SeenAt)
	case !before.Result.SeenAt.IsZero() && after.Result != before.Result:
		t.Fatalf("the first result was replaced")
	case after.State != Open && after.EndedAt.After(now):
		t.Fatalf("ended in the future")
	case len([]rune(after.Result.ReturnCode)) > maxReturnCode:
		t.Fatalf("a return_code of %d", len(after.Result.ReturnCode))
	}
}

func FuzzValidateTakesOnlyWhatXMLAndTheProtocolCarry(f *testing.F) {
	f.Add("r1", "S001", "一号店 A&B", "KIOSK-0001", "q3OPh+/==", `{"a":1}`, "OWN1")
	f.Add("", "\x00", "\uFFFE", "\xff", " ", "{", "A+B")
	f.Fuzz(func(t *testing.T, id, store, name, device, rawdata, attach, number string) {
		r := Request{RequestID: id, Merchant: "acme", ServiceID: "500001", StoreID: store, StoreName: name, DeviceID: device, Attach: attach, OutOrderNo: number}
		err := r.Validate(rawdata)
		if err != nil {
			if f, ok := err.(*fault.Error); !ok || f.Class != fault.Terminal || f.Field == "" || f.Code == "" {
				t.Fatalf("refused with %v", err)
			}
			if len(rawdata) > 8 && strings.Contains(err.Error(), rawdata) {
				t.Fatalf("the error shows rawdata")
			}
			return
		}
		for _, s := range []string{id, store, name, device, rawdata, attach, number} {
			if strings.ContainsAny(s, "\x00\x01\x1f\r\n\uFFFE\uFFFF") || !utf8.ValidString(s) {
				t.Fatalf("accepted %q", s)
			}
		}
		if id == "" || store == "" || name == "" || device == "" || rawdata == "" || len(number) > 32 {
			t.Fatal("accepted something empty or too long")
		}
	})
}
