package wire

import (
	"encoding/json"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/jump"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
	eventv1 "github.com/facepay-go/facepay/proto/gen/facepay/event/v1"
)

// AuthoriseReply is what the user's phone needs; without a jump when the token is over (its zero).
func AuthoriseReply(code string, expiresAt time.Time, token wechatpay.Secret) (*authinfov1.AuthoriseReply, error) {
	reply := &authinfov1.AuthoriseReply{AuthorizationCode: code, ExpiresAt: timestamppb.New(expiresAt)}
	if token.IsZero() {
		return reply, nil
	}
	page, err := jump.Authorise(token)
	if err != nil {
		return nil, err
	}
	reply.Jump, err = jumpOf(page)
	return reply, err
}

// jumpOf puts a page into its three forms (wechat-protocol.md §5.4).
func jumpOf(p jump.Page) (*eventv1.Jump, error) {
	extra, err := json.Marshal(p.MiniProgram().ExtraData)
	if err != nil {
		return nil, fault.New(fault.Terminal, "jump_encoding", "the jump does not encode as JSON")
	}
	return &eventv1.Jump{
		BusinessType: string(p.BusinessType()), ExtraData: string(extra), QueryString: p.H5().QueryString,
		AppQuery: p.App().Query, AppExtInfo: p.App().ExtInfo,
	}, nil
}
