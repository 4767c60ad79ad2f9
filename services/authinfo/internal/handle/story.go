package handle

import (
	"context"
	"strconv"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/facepay-go/facepay/pkg/fault"
	eventv1 "github.com/facepay-go/facepay/proto/gen/facepay/event/v1"

	"github.com/facepay-go/facepay/services/authinfo/internal/document"
	"github.com/facepay-go/facepay/services/authinfo/internal/session"
)

// Story answers story: what is known here of one out_order_no.
type Story struct {
	Sessions document.Sessions
	Consents document.Consents
}

// Handle gives the parts of session and consent, in the order of time; it is empty when the number was never heard of. Errors: Terminal without merchant
// or out_order_no, Retry when the store is away.
func (h *Story) Handle(ctx context.Context, m *eventv1.StoryRequest) (*eventv1.StoryReply, error) {
	for _, f := range []struct{ name, value string }{{"merchant", m.GetMerchant()}, {"out_order_no", m.GetOutOrderNo()}} {
		if f.value == "" {
			return nil, fault.Invalid(f.name, "required", "must not be empty")
		}
	}
	reply := &eventv1.StoryReply{}
	s, found, err := h.Sessions.ByNumber(ctx, m.GetMerchant(), m.GetOutOrderNo())
	if err != nil {
		return nil, err
	}
	if found {
		reply.Entries, reply.Summary = entries(s), details("session", string(s.State))
	}
	c, found, err := h.Consents.ByNumber(ctx, m.GetMerchant(), m.GetOutOrderNo())
	if err != nil {
		return nil, err
	}
	if found {
		reply.Entries = append(reply.Entries, consentEntries(c)...)
		reply.Summary = append(reply.Summary, consentSummary(c)...)
	}
	return reply, nil
}

func entries(s session.Session) []*eventv1.StoryEntry {
	all := []*eventv1.StoryEntry{entry(s.OpenedAt, "session opened: number handed to the kiosk",
		"device_id", s.DeviceID, "store_id", s.StoreID, "service_id", s.ServiceID,
		"payscore_out_request_no", s.OutRequestNo, "request_id", s.RequestID,
		"expires_at", s.ExpiresAt.UTC().Format(time.RFC3339))}
	if s.State == session.Expired {
		all = append(all, entry(s.EndedAt, "session expired without a face result"))
	}
	if seen := s.Result.SeenAt; !seen.IsZero() {
		title := "session used: face result seen"
		if s.State == session.Expired {
			title = "face result seen after the session expired"
		}
		all = append(all, entry(seen, title, "return_code", s.Result.ReturnCode, "err_code", strconv.FormatInt(s.Result.ErrCode, 10)))
	}
	return all
}

func entry(at time.Time, title string, labelsAndValues ...string) *eventv1.StoryEntry {
	return entryOf("session", at, title, labelsAndValues...)
}

func entryOf(kind string, at time.Time, title string, labelsAndValues ...string) *eventv1.StoryEntry {
	return &eventv1.StoryEntry{At: timestamppb.New(at), Kind: kind, Title: title, Details: details(labelsAndValues...)}
}

func details(labelsAndValues ...string) []*eventv1.StoryDetail {
	all := make([]*eventv1.StoryDetail, 0, len(labelsAndValues)/2)
	for i := 0; i+1 < len(labelsAndValues); i += 2 {
		all = append(all, &eventv1.StoryDetail{Label: labelsAndValues[i], Value: labelsAndValues[i+1]})
	}
	return all
}
