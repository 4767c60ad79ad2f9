package userkey_test

import (
	"strings"
	"testing"

	"github.com/facepay-go/facepay/pkg/userkey"
)

func TestADigestTellsTheUserOfOneOrderApartAndNothingElse(t *testing.T) {
	const openid = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
	one := userkey.OfOrder("N1", openid)
	if one != userkey.OfOrder("N1", openid) || strings.Contains(one, openid) || len(one) != 32 {
		t.Errorf("got %s", one)
	}
	if userkey.OfOrder("N1", "oOther") == one || userkey.OfOrder("N2", openid) == one || userkey.OfOrder("N1", "") != "" {
		t.Error("users or orders share a digest")
	}
}
