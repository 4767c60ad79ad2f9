package wechat

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/metric/noop"

	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/permission"
	"github.com/facepay-go/facepay/services/authinfo/internal/consent"
)

func TestANewWordForAnAuthorisationIsADoubtAndAnError(t *testing.T) {
	tally, err := NewTally(noop.NewMeterProvider().Meter(""))
	if err != nil {
		t.Fatal(err)
	}
	for state, want := range map[permission.State]consent.Meaning{
		permission.Available: consent.Available, permission.Unavailable: consent.NotAvailable, permission.UnboundUser: consent.NotAvailable,
		"PAUSED": consent.Doubtful,
	} {
		var log bytes.Buffer
		d := &Desk{tally: tally, log: slog.New(slog.NewTextHandler(&log, nil))}
		a := d.asked(t.Context(), wechatpay.QueryAuthorisation, permission.Result{
			Verdict: wechatpay.Accepted, Authorisation: &permission.Authorisation{OpenID: "oUpF8", State: state},
		})
		if a.Meaning != want || strings.Contains(log.String(), "level=ERROR") != (want == consent.Doubtful) || strings.Contains(log.String(), "oUpF8") {
			t.Errorf("%s means %s, logged %s", state, a.Meaning, &log)
		}
	}
}
