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
	if c.State == consent.AwaitingUser {
		all = append(all, entryOf("consent", c.Todo.At, "the user has to authorise on the phone; WeChat is asked again then",
			"authorization_code", c.Code, "expires_at", c.ExpiresAt.UTC().Format(time.RFC3339)))
	}
	if c.State.Final() {
		all = append(all, entryOf("consent", c.EndedAt, "consent "+string(c.State), "known_by", c.KnownBy, "reason", c.Reason))
	}
	return all
}
