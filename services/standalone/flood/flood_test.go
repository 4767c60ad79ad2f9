package flood_test

import (
	"bytes"
	"log/slog"
	"testing"

	"github.com/facepay-go/facepay/services/standalone/flood"
)

func TestASmallFloodOfForgeriesDuplicatesAndPaymentsBreaksNoPromise(t *testing.T) {
	report, err := flood.Run(t.Context(), flood.Options{
		Dir: t.TempDir(), Seed: 1, Forged: 20_000, OverHTTP: 4_000, Valid: 2_000, Orders: 20, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := report.Print(&text); err != nil {
		t.Fatal(err)
	}
	t.Log(text.String())
	if !report.Hold() {
		t.Errorf("broken: %v", report.Promises)
	}
	if report.Forged.Sent != 20_000 || report.Valid.Sent != 2_000 || report.Paid.Told < 80 {
		t.Errorf("not everything was sent: %d forged, %d valid, %d payments told", report.Forged.Sent, report.Valid.Sent, report.Paid.Told)
	}
}
