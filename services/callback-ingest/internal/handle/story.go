// Package handle answers requests, one file each.
package handle

import (
	"context"
	"strconv"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	eventv1 "github.com/facepay-go/facepay/proto/gen/facepay/event/v1"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/journal"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/notice"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/wire"
)

// Story answers facepay-rpc.callback-ingest.story: what WeChat told of one order, in the order of arrival. An order we
// never heard of has an empty story. Errors are the store's.
func Story(j *journal.Journal) func(context.Context, *eventv1.StoryRequest) (*eventv1.StoryReply, error) {
	return func(ctx context.Context, r *eventv1.StoryRequest) (*eventv1.StoryReply, error) {
		told, err := j.About(ctx, r.GetMerchant(), r.GetOutOrderNo())
		if err != nil {
			return nil, err
		}
		reply := &eventv1.StoryReply{}
		for _, t := range told {
			reply.Entries = append(reply.Entries, entry(t))
		}
		return reply, nil
	}
}

func entry(t journal.Told) *eventv1.StoryEntry {
	n := t.Notice
	e := &eventv1.StoryEntry{At: timestamppb.New(n.ReceivedAt), Kind: "notification", Title: "WeChat told " + n.EventType}
	add := func(label, value string) {
		if value != "" {
			e.Details = append(e.Details, &eventv1.StoryDetail{Label: label, Value: value})
		}
	}
	add("event_type", n.EventType)
	add("notification_id", n.NotificationID)
	add("create_time", n.CreateTime)
	add("serial", n.Signed.Serial)
	add("request_id", n.Signed.RequestID)
	if entity, err := wire.Read(n.EventType, n.Entity); err == nil { // an unreadable one has no particulars to tell
		if o, isOrder := entity.Fact().(notice.Order); isOrder {
			add("state", o.State)
			add("collection_state", o.CollectionState)
			add("paid_amount_fen", strconv.FormatInt(int64(o.Paid), 10))
		}
	}
	add("event_id", n.ID)
	add("publication", string(t.State))
	add("published_at", clockTime(t.PublishedAt))
	add("last_repeat_at", clockTime(t.LastRepeatAt))
	return e
}

func clockTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
