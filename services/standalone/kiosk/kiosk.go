// Package kiosk is a scripted merchant: a kiosk gateway that opens sessions, shows faces to the sandbox's stand-in of
// the WeChat SDK, publishes facts and listens to what becomes of its orders. It knows facepay by its contract alone.
package kiosk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/service"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
)

// Gateway speaks for all kiosks of one merchant.
type Gateway struct {
	NC       *nats.Conn
	JS       jetstream.JetStream
	Merchant string
	// MchID is the merchant account at WeChat; empty where the sandbox has one only.
	MchID string
	// Control is the base URL of the sandbox's control API.
	Control string
	HTTP    *http.Client
}

// OpenSession asks authinfo for what the kiosk SDK needs.
func (g *Gateway) OpenSession(ctx context.Context, req *authinfov1.OpenSessionRequest) (*authinfov1.OpenSessionReply, error) {
	var reply authinfov1.OpenSessionReply
	return &reply, service.Call(ctx, g.NC, "authinfo", "open_session", req, &reply)
}

// Rawdata is the SDK's getWxpayfaceRawdata on a machine.
func (g *Gateway) Rawdata(ctx context.Context, machine string) (string, error) {
	var answer struct {
		Rawdata string `json:"rawdata"`
	}
	return answer.Rawdata, g.control(ctx, http.MethodPost, "/control/wechat/rawdata", map[string]string{"machine": machine}, &answer)
}

// Face is what the SDK gave back.
type Face struct {
	ReturnCode string `json:"return_code"`
	ErrCode    int64  `json:"err_code"`
	ReturnMsg  string `json:"return_msg"`
	OpenID     string `json:"openid"`
	FaceSID    string `json:"face_sid"`
}

// ShowFace is the SDK's getUserPayScoreStatus: user stands before the device and behaves as told.
func (g *Gateway) ShowFace(ctx context.Context, s *authinfov1.OpenSessionReply, device, user, behaviour string) (Face, error) {
	var f Face
	return f, g.control(ctx, http.MethodPost, "/control/wechat/face", map[string]any{
		"appid": s.GetAppid(), "mch_id": s.GetMchId(), "out_trade_no": s.GetOutOrderNo(), "authinfo": s.GetAuthinfo(),
		"payscore_out_request_no": s.GetPayscoreOutRequestNo(), "payscore_service_id": s.GetPayscoreServiceId(),
		"ask_unionid": s.GetAskUnionid(), "device_id": device, "user": user, "behaviour": behaviour,
	}, &f)
}

// FaceResult makes the fact of a face; the caller adds what the service is.
func FaceResult(merchant string, s *authinfov1.OpenSessionReply, device string, f Face) *kioskv1.FaceResult {
	return &kioskv1.FaceResult{
		Merchant: merchant, OutOrderNo: s.GetOutOrderNo(), ServiceId: s.GetPayscoreServiceId(), Device: &kioskv1.Device{DeviceId: device},
		ReturnCode: f.ReturnCode, ErrCode: f.ErrCode, ReturnMsg: f.ReturnMsg, Openid: f.OpenID, FaceSid: f.FaceSID,
	}
}

// Publish stores a fact in the KIOSK stream, as protobuf.
func (g *Gateway) Publish(ctx context.Context, m proto.Message) error {
	body, err := proto.Marshal(m)
	if err != nil {
		return err
	}
	return g.publish(ctx, m, body, "application/protobuf")
}

// PublishJSON stores a fact as protojson, as a person with `nats pub` does.
func (g *Gateway) PublishJSON(ctx context.Context, m proto.Message) error {
	body, err := protojson.Marshal(m)
	if err != nil {
		return err
	}
	return g.publish(ctx, m, body, "application/json")
}

func (g *Gateway) publish(ctx context.Context, m proto.Message, body []byte, contentType string) error {
	subject, err := event.SubjectOf(m)
	if err != nil {
		return err
	}
	return g.PublishRaw(ctx, subject, body, contentType)
}

// PublishRaw stores any bytes on a subject.
func (g *Gateway) PublishRaw(ctx context.Context, subject string, body []byte, contentType string) error {
	_, err := g.JS.PublishMsg(ctx, &nats.Msg{Subject: subject, Data: body, Header: nats.Header{"content-type": {contentType}}})
	return err
}

// AddFault asks the sandbox to misbehave; rule is a fault rule of services/sandbox.
func (g *Gateway) AddFault(ctx context.Context, rule map[string]any) error {
	return g.control(ctx, http.MethodPost, "/control/wechat/faults", rule, nil)
}

// Get reads from the sandbox's control API.
func (g *Gateway) Get(ctx context.Context, path string, query url.Values, into any) error {
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return g.control(ctx, http.MethodGet, path, nil, into)
}

func (g *Gateway) control(ctx context.Context, method, path string, body, into any) error {
	var payload bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&payload).Encode(body); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, g.Control+path, &payload)
	if err != nil {
		return err
	}
	resp, err := g.HTTP.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		var problem struct{ Code, Field, Message string }
		_ = json.NewDecoder(resp.Body).Decode(&problem) // the status says enough when it does not decode
		return &controlProblem{problem.Code, fmt.Sprintf("sandbox control %s: %d %s %s %s", path, resp.StatusCode, problem.Code, problem.Field, problem.Message)}
	}
	if into == nil {
		return nil
	}
	return json.NewDecoder(resp.Body).Decode(into)
}

// controlProblem is an error answer of the sandbox's control API.
type controlProblem struct{ code, text string }

func (p *controlProblem) Error() string { return p.text }

// Refused reports an error answer of the sandbox's control API with that code.
func Refused(err error, code string) bool {
	p, ok := errors.AsType[*controlProblem](err)
	return ok && p.code == code
}
