package wire

import (
	"cmp"

	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/wechatpay/notify"
	refunds "github.com/facepay-go/facepay/pkg/wechatpay/refund"
	notifyv1 "github.com/facepay-go/facepay/proto/gen/facepay/notify/v1"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/notice"
)

type refund struct{ entity *refunds.Refund }

func readRefund(plain []byte) (Entity, error) {
	r, err := notify.DecodeRefund(plain)
	if err != nil {
		return nil, err
	}
	return refund{r}, nil
}

// Fact: the account's own number is sp_mchid in partner mode and mchid otherwise (wechat-protocol.md §9.4).
func (r refund) Fact() notice.Fact {
	e := r.entity
	return notice.Refund{
		Party:       notice.Party{MchID: cmp.Or(e.SpMchID, e.MchID), SubMchID: e.SubMchID},
		OutRefundNo: e.OutRefundNo, Status: string(e.Status),
	}
}

func (r refund) Message(origin *notifyv1.Origin, merchant string, _ UserKey) proto.Message {
	e := r.entity
	return &notifyv1.WeChatRefundNotified{
		Merchant: merchant, OutRefundNo: e.OutRefundNo, Origin: origin, RefundId: e.RefundID, TransactionId: e.TransactionID,
		RefundStatus: string(e.Status), RefundAmountFen: int64(e.Amount.Refund), TotalAmountFen: int64(e.Amount.Total),
		SuccessTime: timestamp(parseTime(e.SuccessTime)),
	}
}
