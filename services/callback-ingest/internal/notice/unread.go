package notice

// Unread is a genuine notification that we cannot read: its event type is unknown, or its entity is not the documented
// one. It is named by its content, since nothing else is known of it.
type Unread struct {
	EventType string
	// Digest is a hash of the decrypted entity.
	Digest string
}

// Kind is Unknown.
func (Unread) Kind() Kind { return Unknown }

// Key is the event type and the digest of the content.
func (u Unread) Key() []string { return []string{u.EventType, u.Digest} }

// Concerns nobody we can name.
func (Unread) Concerns() Party { return Party{} }

// OrderNo is "".
func (Unread) OrderNo() string { return "" }
