package wire

import "github.com/facepay-go/facepay/pkg/userkey"

// UserKey names users without telling who they are.
type UserKey = userkey.Key
