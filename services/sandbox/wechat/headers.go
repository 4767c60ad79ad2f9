package wechat

import (
	"net/http"
	"slices"
	"strings"
)

// missingHeader refuses a call without the headers of wechat-protocol.md §1.1: Accept must allow JSON, and there must be a
// User-Agent. The sheet says so and no more: status, code and words of the refusal are ours.
func missingHeader(r *http.Request) *refusal {
	if allowsJSON(r.Header.Values("Accept")) && r.UserAgent() != "" {
		return nil
	}
	return &refusal{400, paramError, "Http头缺少Accept或User-Agent", internalOutOfRange, nil}
}

// allowsJSON reads Accept headers. The official Go SDK sends */*.
func allowsJSON(accept []string) bool {
	for part := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		media, _, _ := strings.Cut(part, ";")
		if slices.Contains([]string{"application/json", "application/*", "*/*"}, strings.ToLower(strings.TrimSpace(media))) {
			return true
		}
	}
	return false
}
