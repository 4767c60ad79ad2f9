package merchant

// Book is a valid merchants.yaml with its lookups. It does not change; what it returns is shared and only read.
type Book struct {
	file      File
	source    source
	merchants map[string]*Merchant
	accounts  map[string]*Account
	notified  map[origin]*Merchant
}

// origin is who a notification is about; SubMchID is empty for a direct account.
type origin struct{ account, subMchID string }

func newBook(f File) *Book {
	b := &Book{
		file:      f,
		merchants: make(map[string]*Merchant, len(f.Merchants)),
		accounts:  make(map[string]*Account, len(f.Accounts)),
		notified:  make(map[origin]*Merchant, len(f.Merchants)),
	}
	for i := range f.Accounts {
		b.accounts[f.Accounts[i].ID] = &f.Accounts[i]
	}
	for i := range f.Merchants {
		m := &f.Merchants[i]
		b.merchants[m.ID] = m
		b.notified[origin{m.WeChat.Account, m.WeChat.SubMchID}] = m
	}
	return b
}

// Accounts are all accounts, in the order of the file.
func (b *Book) Accounts() []Account { return b.file.Accounts }

// Merchants are all merchants, in the order of the file.
func (b *Book) Merchants() []Merchant { return b.file.Merchants }

// Merchant finds a merchant by our id.
func (b *Book) Merchant(id string) (*Merchant, bool) {
	m, ok := b.merchants[id]
	return m, ok
}

// Account finds a channel account by our id.
func (b *Book) Account(id string) (*Account, bool) {
	a, ok := b.accounts[id]
	return a, ok
}

// AccountOf finds the channel account a merchant uses.
func (b *Book) AccountOf(merchant string) (*Account, bool) {
	m, ok := b.merchants[merchant]
	if !ok {
		return nil, false
	}
	return b.Account(m.WeChat.Account)
}

// ByNotification finds the merchant a notification is about: by the account in the notify_url's path and, for a partner
// account, the sub_mchid in the body (wechat-protocol.md §6.12). A direct account's notifications have none: "".
func (b *Book) ByNotification(account, subMchID string) (*Merchant, bool) {
	m, ok := b.notified[origin{account, subMchID}]
	return m, ok
}

// Service finds a PayScore service of a merchant by its service_id.
func (b *Book) Service(merchant, serviceID string) (*PayScoreService, bool) {
	m, ok := b.merchants[merchant]
	if !ok {
		return nil, false
	}
	for i := range m.WeChat.Services {
		if s := &m.WeChat.Services[i]; s.ID == serviceID {
			return s, true
		}
	}
	return nil, false
}
