package service

import (
	"context"
	"slices"

	"github.com/nats-io/nats.go/micro"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/facepay-go/facepay/pkg/fault"
	eventv1 "github.com/facepay-go/facepay/proto/gen/facepay/event/v1"
)

// endpoint is one endpoint of a service; micro calls Handle for one request after the other.
type endpoint struct {
	*Requests
	name    string
	request protoreflect.MessageType
	reply   protoreflect.FullName
	handler func(context.Context, proto.Message) (proto.Message, error)
	stats   *endpointStats
}

// checkContract holds the endpoint to the option facepay.event.v1.endpoint of its request message.
func (e *endpoint) checkContract() error {
	options := e.request.Descriptor().Options()
	if !proto.HasExtension(options, eventv1.E_Endpoint) {
		return nil
	}
	declared := proto.GetExtension(options, eventv1.E_Endpoint).(*eventv1.Endpoint)
	if declared.GetName() != e.name || declared.GetReply() != string(e.reply) || !slices.Contains(declared.GetServices(), e.service) {
		return fault.New(fault.Terminal, "endpoint_contract", "%s is declared as endpoint %s of %v answering %s, not %s of %s answering %s",
			e.request.Descriptor().FullName(), declared.GetName(), declared.GetServices(), declared.GetReply(), e.name, e.service, e.reply)
	}
	return nil
}

// metadata shows the messages in `nats micro info`.
func (e *endpoint) metadata() micro.EndpointOpt {
	return micro.WithEndpointMetadata(map[string]string{
		"request": string(e.request.Descriptor().FullName()),
		"reply":   string(e.reply),
	})
}

// Handle reads the request, refuses one that should have a request_id and has none (architecture.md §4), and begins it in its merchant's lane. Whatever it refuses itself shows in micro's own statistics.
func (e *endpoint) Handle(m micro.Request) {
	f := formatOf(m.Headers(), m.Data())
	req := e.request.New().Interface()
	if err := f.decode(m.Data(), req); err != nil {
		e.refuse(m, f, err)
		return
	}
	if named, ok := req.(interface{ GetRequestId() string }); ok && named.GetRequestId() == "" {
		e.refuse(m, f, fault.Invalid("request_id", "required", "must name the request, so that its repeat is known"))
		return
	}
	j := &job{endpoint: e, replyTo: m.Reply(), format: f, req: req, began: e.deps.Clock.Now()}
	if named, ok := req.(interface{ GetMerchant() string }); ok {
		j.merchant = named.GetMerchant()
	}
	slot, err := e.lanes.Reserve(j.merchant)
	if err != nil {
		e.refuse(m, f, err)
		return
	}
	parent := e.deps.Telemetry.Propagator().Extract(context.Background(), headerCarrier(m.Headers()))
	slot.Go(func() { j.run(parent, slot) })
}

func (e *endpoint) refuse(m micro.Request, f format, err error) {
	p := problemOf(err)
	e.stats.refused(p.GetCode())
	e.meter.record(context.Background(), e.name, p.GetCode(), 0)
	body, failed := f.encode(p)
	if failed == nil {
		failed = m.Error(statusOf(p), titleOf(p), body, micro.WithHeaders(f.headers()))
	}
	if failed != nil {
		e.deps.Log.Warn("answer not sent", KeyEndpoint, e.name, KeyError, failed)
	}
}
