package handle

import (
	"strconv"
	"time"

	eventv1 "github.com/facepay-go/facepay/proto/gen/facepay/event/v1"

	"github.com/facepay-go/facepay/services/authinfo/internal/consent"
)

// consentEntries tell a consent: its calls are the last ones, without the user.
func consentEntries(c consent.Consent) []*eventv1.StoryEntry {
	all := []*eventv1.StoryEntry{entryOf("consent", c.RequestedAt, "service requested without a face",
		"service_id", c.ServiceID, "device_id", c.DeviceID, "calls", strconv.Itoa(c.CallCount))}
	for _, call := range c.Calls {
		all = append(all, entryOf("call", call.At, string(call.Op)+": "+string(call.Meaning), "http", strconv.Itoa(call.HTTPStatus),
			"code", call.Code, "internal_code", call.InternalCode, "request_id", call.RequestID))
	}
	if c.State.Final() {
		all = append(all, entryOf("consent", c.EndedAt, "consent "+string(c.State), "known_by", c.KnownBy, "reason", c.Reason))
	}
	return all
}

// consentSummary is where a consent stands.
func consentSummary(c consent.Consent) []*eventv1.StoryDetail {
	all := []string{"consent", string(c.State)}
	if c.Code != "" {
		all = append(all, "authorization_code", c.Code)
	}
	if !c.State.Final() {
		all = append(all, "consent_expires_at", c.ExpiresAt.UTC().Format(time.RFC3339),
			"consent_next_call", string(c.Todo.Op), "consent_next_call_at", c.Todo.At.UTC().Format(time.RFC3339Nano))
	}
	return details(all...)
}
