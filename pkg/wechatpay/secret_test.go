package wechatpay_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/facepay-go/facepay/pkg/wechatpay"
)

func TestASecretIsReadAndNeverPrinted(t *testing.T) {
	var got struct{ Exported, Absent, Null, Empty wechatpay.Secret }
	if err := json.Unmarshal([]byte(`{"Exported":"opensesame","Null":null,"Empty":""}`), &got); err != nil {
		t.Fatal(err)
	}
	if got.Exported.Reveal() != "opensesame" || !got.Exported.Equal(wechatpay.NewSecret("opensesame")) {
		t.Error("the text was not kept")
	}
	if !got.Absent.IsZero() || !got.Null.IsZero() || !got.Empty.IsZero() || got.Exported.IsZero() {
		t.Error("only a text is a secret")
	}
	hidden := struct{ inner wechatpay.Secret }{got.Exported}
	encoded, err := json.Marshal(got)
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "secret", got.Exported, "all", got)
	text := fmt.Sprintf("%v %+v %#v %s %q %x %v %+v %#v", got, got, got, got.Exported, got.Exported, got.Exported, hidden, hidden, hidden)
	for _, printed := range []string{text, string(encoded), log.String()} {
		if strings.Contains(printed, "opensesame") || strings.Contains(printed, fmt.Sprintf("%x", "opensesame")) || err != nil {
			t.Error(printed, err)
		}
	}
	if json.Unmarshal([]byte(`{"Exported":7}`), &got) == nil {
		t.Error("a number is not a secret")
	}
}
