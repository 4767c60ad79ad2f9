package book

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
)

// User is a person under one appid.
type User struct {
	OpenID, AppID, Name string
	Authorizations      []Authorization
}

// Grantee is whom a user lets charge him: a service of a merchant, or of a partner's sub-merchant (SubMchID, else "").
type Grantee struct{ MchID, SubMchID, ServiceID string }

// Authorization is a user's consent (授权) to one service, the last one he gave.
type Authorization struct {
	MchID, SubMchID, ServiceID string
	// OutRequestNo was given by a face, Code and NotifyURL by a pre-authorisation.
	OutRequestNo, Code, NotifyURL string
	// SubAppID is the sub-merchant's appid, if it was told.
	SubAppID string
	Open     bool
	// At is when it was opened or closed last.
	At, OpenedAt, ClosedAt time.Time
}

// Grantee is whom the consent is for.
func (a Authorization) Grantee() Grantee { return Grantee{a.MchID, a.SubMchID, a.ServiceID} }

// OpenID is the id of a person under an appid: the same every time, 28 characters like the real ones.
func OpenID(appID, name string) string { return "o" + token(appID + "\x00" + name)[:27] }

// UnionID is the id of a person under an Open Platform account (开放平台); all appids of a sandbox share one.
func UnionID(name string) string { return "o" + token("union\x00" + name)[:27] }

func token(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Authorization is the user's consent to the grantee; ok is false when he never gave one.
func (u *User) Authorization(to Grantee) (a Authorization, ok bool) {
	i := slices.IndexFunc(u.Authorizations, func(a Authorization) bool { return a.Grantee() == to })
	if i < 0 {
		return Authorization{}, false
	}
	return u.Authorizations[i], true
}

// Authorized reports whether the user's consent is open.
func (u *User) Authorized(to Grantee) bool {
	a, ok := u.Authorization(to)
	return ok && a.Open
}

// User finds a user by openid; class NotFound when the sandbox never met him.
func (b *Book) User(ctx context.Context, openID string) (User, error) {
	r, err := b.users.Get(ctx, openID)
	return r.Doc, err
}

// Authorize opens or closes the user's consent as of to.At, making the user on first use. changed is false when it already
// was so.
func (b *Book) Authorize(ctx context.Context, appID, name string, to Authorization) (u User, changed bool, err error) {
	openID := OpenID(appID, name)
	defer b.locks.users.hold(openID)()
	r, err := b.users.Get(ctx, openID)
	if fault.Is(err, fault.NotFound) {
		u = User{OpenID: openID, AppID: appID, Name: name}
		changed = u.set(to)
		return u, changed, b.users.Insert(ctx, &u)
	}
	if err != nil {
		return User{}, false, err
	}
	if !r.Doc.set(to) {
		return r.Doc, false, nil
	}
	return r.Doc, true, b.users.Replace(ctx, &r.Doc, r.Version)
}

// set reports whether it changed the user. Closing keeps what was given when it was opened; opening what is open changes it
// only under a new authorization_code.
func (u *User) set(to Authorization) bool {
	i := slices.IndexFunc(u.Authorizations, func(a Authorization) bool { return a.Grantee() == to.Grantee() })
	switch {
	case i < 0 && !to.Open:
		return false
	case i < 0:
		u.Authorizations = append(u.Authorizations, Authorization{})
		i = len(u.Authorizations) - 1
	}
	a := &u.Authorizations[i]
	switch {
	case !to.Open && !a.Open, to.Open && a.Open && (to.Code == "" || to.Code == a.Code):
		return false
	case to.Open:
		to.OpenedAt = to.At
		*a = to
	default:
		a.Open, a.At, a.ClosedAt = false, to.At, to.At
	}
	return true
}

// Meet remembers a person under an appid, so that his openid can be told apart from an invented one.
func (b *Book) Meet(ctx context.Context, appID, name string) error {
	err := b.users.Insert(ctx, &User{OpenID: OpenID(appID, name), AppID: appID, Name: name})
	if fault.Is(err, fault.Duplicate) {
		return nil
	}
	return err
}
