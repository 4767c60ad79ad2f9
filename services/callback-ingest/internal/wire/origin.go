package wire

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	notifyv1 "github.com/facepay-go/facepay/proto/gen/facepay/notify/v1"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/journal"
)

// Origin says by which door a stored notice came.
func Origin(n *journal.Notice) *notifyv1.Origin {
	return &notifyv1.Origin{
		Account: n.Account, NotificationId: n.NotificationID, EventType: n.EventType, Serial: n.Signed.Serial,
		RequestId: n.Signed.RequestID, CreatedAt: timestamp(parseTime(n.CreateTime)), ReceivedAt: timestamp(n.ReceivedAt),
	}
}

// parseTime reads RFC 3339; what is not RFC 3339 counts as not told (zero), the raw notice keeps it.
func parseTime(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t
}

func timestamp(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}
