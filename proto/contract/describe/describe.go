// Package describe writes the contract down for people and tools: an AsyncAPI 3 document and a table of events and
// requests. Both are generated and committed; nothing imports this package but the command that writes them.
package describe

import (
	"fmt"
	"strings"

	"github.com/facepay-go/facepay/proto/contract"
)

// serviceOf is who publishes an owner's events.
func serviceOf(owner string) (string, error) {
	switch owner {
	case "kiosk":
		return "kiosk-gateway", nil
	case "desk":
		return "back-office", nil
	case "authinfo":
		return "authinfo", nil
	case "order":
		return "order-lifecycle", nil
	case "notify":
		return "callback-ingest", nil
	}
	return "", fmt.Errorf("owner %q: nobody is known to publish its events", owner)
}

// tokens are the fields whose values end an event's subject.
func tokens(e contract.Event) []string {
	if e.Scope == "" {
		return []string{"merchant", e.Key}
	}
	return []string{"merchant", e.Key, e.Scope}
}

// Address is an event's subject with its variable tokens in braces.
func Address(e contract.Event) string {
	address := "facepay." + e.Owner + "." + e.Subject
	for _, field := range tokens(e) {
		address += ".{" + field + "}"
	}
	return address
}

// Stream is the JetStream stream that stores an owner's events.
func Stream(owner string) string {
	if owner == "desk" { // what the back office says of an order is stored with what the kiosk says
		owner = "kiosk"
	}
	return strings.ToUpper(owner)
}
