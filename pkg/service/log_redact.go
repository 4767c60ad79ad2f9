package service

import (
	"log/slog"
	"strings"
)

// redact hides attributes whose name says they are secret, also inside groups. It is a net below the rule that secrets
// are not logged at all: it cannot see into a message's text or a struct.
func redact(groups []string, a slog.Attr) slog.Attr {
	for _, g := range groups {
		if secretName(g) {
			return slog.String(a.Key, hidden)
		}
	}
	if secretName(a.Key) {
		return slog.String(a.Key, hidden)
	}
	return a
}

// secretName takes openid and sub_openid, api_key and apiv3_key, but not dedupe_keys or keyed.
func secretName(key string) bool {
	key = strings.ToLower(strings.ReplaceAll(key, "-", "_"))
	switch key {
	case "authinfo", "rawdata", "face_sid", "authorization":
		return true
	}
	return strings.HasSuffix(key, "openid") || strings.HasSuffix(key, "_key") || strings.HasSuffix(key, "_secret")
}
