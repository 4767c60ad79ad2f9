package wechat

import (
	"context"

	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/face"
)

// Identify asks for the UnionID of a face (§4). "" with the verdict when there is none; an invalid face_sid is RefusedRule,
// and nothing is sent.
func (d *Desk) Identify(ctx context.Context, faceSID string) (unionID string, v wechatpay.Verdict) {
	told, err := d.users.UnionID(ctx, face.Seen{
		FaceSID: faceSID, AppID: d.merchant.WeChat.AppID, SubMchID: d.merchant.WeChat.SubMchID, SubAppID: d.merchant.WeChat.SubAppID,
	})
	if err != nil {
		return "", wechatpay.RefusedRule
	}
	d.report(ctx, wechatpay.QueryUnionID, told.Verdict, told.Answer)
	return told.UnionID, told.Verdict
}
