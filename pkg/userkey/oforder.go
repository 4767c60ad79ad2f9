package userkey

import (
	"crypto/sha256"
	"encoding/hex"
)

// OfOrder is a digest by which who knows the user of an order can tell whether another word on the order is about the same one;
// empty without an openid. It needs no secret, since both sides may not share one, and so it hides an openid only from those who
// do not have it: it is no name of a user, and another one in every order.
func OfOrder(outOrderNo, openid string) string {
	if openid == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("order user\n" + outOrderNo + "\n" + openid))
	return hex.EncodeToString(sum[:16])
}
