package book

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
)

// User is a person under one appid.
type User struct {
	OpenID, AppID, Name string
	Authorizations      []Authorization
}

// Authorization is a user's consent (授权) to one service.
type Authorization struct {
	MchID, ServiceID, OutRequestNo string
	Open                           bool
	At                             time.Time
}

// OpenID is the id of a person under an appid: the same every time, 28 characters like the real ones.
func OpenID(appID, name string) string { return "o" + token(appID + "\x00" + name)[:27] }

// UnionID is the id of a person under an Open Platform account (开放平台); all appids of a sandbox share one.
func UnionID(name string) string { return "o" + token("union\x00" + name)[:27] }

func token(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Authorized reports whether the user's consent to the service is open.
func (u *User) Authorized(mchID, serviceID string) bool {
	for _, a := range u.Authorizations {
		if a.MchID == mchID && a.ServiceID == serviceID {
			return a.Open
		}
	}
	return false
}

// User finds a user by openid; class NotFound when the sandbox never met him.
func (b *Book) User(ctx context.Context, openID string) (User, error) {
	r, err := b.users.Get(ctx, openID)
	return r.Doc, err
}

// Authorize opens or closes the user's consent to a service, making the user on first use. changed is false when it
// already was so.
func (b *Book) Authorize(ctx context.Context, appID, name string, to Authorization) (u User, changed bool, err error) {
	openID := OpenID(appID, name)
	defer b.locks.users.hold(openID)()
	r, err := b.users.Get(ctx, openID)
	if fault.Is(err, fault.NotFound) {
		u = User{OpenID: openID, AppID: appID, Name: name, Authorizations: []Authorization{to}}
		return u, to.Open, b.users.Insert(ctx, &u)
	}
	if err != nil {
		return User{}, false, err
	}
	if !r.Doc.set(to) {
		return r.Doc, false, nil
	}
	return r.Doc, true, b.users.Replace(ctx, &r.Doc, r.Version)
}

// set reports whether it changed the user. Closing keeps the OutRequestNo given when it was opened.
func (u *User) set(to Authorization) bool {
	for i, a := range u.Authorizations {
		if a.MchID != to.MchID || a.ServiceID != to.ServiceID {
			continue
		}
		if a.Open == to.Open {
			return false
		}
		if !to.Open {
			to.OutRequestNo = a.OutRequestNo
		}
		u.Authorizations[i] = to
		return true
	}
	if !to.Open {
		return false
	}
	u.Authorizations = append(u.Authorizations, to)
	return true
}
