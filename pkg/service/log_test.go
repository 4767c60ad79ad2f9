package service

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/facepay-go/facepay/pkg/fault"
)

func TestLogIsOneJSONLinePerEventWithTheServicesName(t *testing.T) {
	var out bytes.Buffer
	log, err := NewLog(&out, "authinfo", LogConfig{})
	if err != nil {
		t.Fatal(err)
	}
	log.Debug("below the level")
	log.Info("session opened", KeyMerchant, "powerbank", KeyOutOrderNo, "PS1")
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatalf("%v: %s", err, out.String())
	}
	if line["service"] != "authinfo" || line["merchant"] != "powerbank" || line["out_order_no"] != "PS1" || line["level"] != "INFO" {
		t.Errorf("got %s", out.String())
	}
}

func TestLogHidesAttributesNamedLikeASecret(t *testing.T) {
	const private = "hushhush"
	for _, format := range []string{"json", "text"} {
		var out bytes.Buffer
		log, err := NewLog(&out, "authinfo", LogConfig{Format: format})
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"openid", "OpenID", "sub_openid", "authinfo", "rawdata", "face_sid", "api_key", "apiv3-key", "Authorization", "app_secret"} {
			log.Info("direct", key, private)
			log.With(key, private).Info("with")
			log.WithGroup("g").Info("in a group", slog.Group("h", key, private))
			log.Info("as a group", slog.Group(key, "inner", private))
		}
		if strings.Contains(out.String(), private) {
			t.Errorf("%s: %s", format, out.String())
		}
		log.Info("x", "dedupe_keys", "shown-1", "monkey", "shown-2")
		if !strings.Contains(out.String(), "shown-1") || !strings.Contains(out.String(), "shown-2") {
			t.Errorf("%s hides what is no secret: %s", format, out.String())
		}
	}
}

func TestLogTakesOnlyLevelsAndFormatsItKnows(t *testing.T) {
	for _, cfg := range []LogConfig{{Level: "loud"}, {Format: "xml"}} {
		if _, err := NewLog(&bytes.Buffer{}, "authinfo", cfg); !fault.Is(err, fault.Terminal) {
			t.Errorf("%+v: %v", cfg, err)
		}
	}
	var out bytes.Buffer
	log, err := NewLog(&out, "authinfo", LogConfig{Level: "warn", Format: "text"})
	if err != nil {
		t.Fatal(err)
	}
	log.Info("quiet")
	log.Warn("heard")
	if got := out.String(); strings.Contains(got, "quiet") || !strings.Contains(got, "level=WARN msg=heard service=authinfo") {
		t.Errorf("got %s", got)
	}
}
