// Package credential is the domain of the SDK call credential (authinfo, SDK调用凭证): what it is kept for, how long it
// may be handed out, and when it is dropped. No I/O, no clock.
package credential

import "time"

// Credential is what is kept for one terminal: the newest credential WeChat gave it. Fields are exported for the store
// only; Renew and Drop change them.
type Credential struct {
	// Issue counts the credentials this terminal was given; it names the one held now.
	Issue int64
	// DeviceID and StoreID are the terminal's, for events and people.
	DeviceID, StoreID string
	// Sealed is the authinfo, encrypted. It is empty when the credential was dropped.
	Sealed Sealed
	// IssuedAt is when we asked for it. ExpiresAt is IssuedAt plus WeChat's expires_in.
	IssuedAt, ExpiresAt time.Time
	// DroppedAt is when a kiosk reported that the credential does not work; zero while it does.
	DroppedAt time.Time
}

// Sealed is an encrypted authinfo, with the id of the key that opens it.
type Sealed struct {
	KeyID      string
	Nonce      []byte
	Ciphertext []byte
}

// Renew replaces what is held by a newer credential.
func (c *Credential) Renew(t Terminal, sealed Sealed, issuedAt, expiresAt time.Time) {
	*c = Credential{
		Issue: c.Issue + 1, DeviceID: t.DeviceID, StoreID: t.StoreID,
		Sealed: sealed, IssuedAt: issuedAt, ExpiresAt: expiresAt,
	}
}

// Usable reports whether the credential may be handed out: it was not dropped and has more than margin to live
// (wechat-protocol.md §2.2 recommends 300 s).
func (c *Credential) Usable(now time.Time, margin time.Duration) bool {
	return c.Issue > 0 && c.DroppedAt.IsZero() && now.Before(c.ExpiresAt.Add(-margin))
}

// Drop forgets the credential of that issue, and reports whether it was held. A late report about an older one does
// not touch its successor.
func (c *Credential) Drop(issue int64, now time.Time) bool {
	if issue == 0 || c.Issue != issue || !c.DroppedAt.IsZero() {
		return false
	}
	c.Sealed, c.DroppedAt = Sealed{}, now
	return true
}
