package authinfo_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"github.com/facepay-go/facepay/services/authinfo/internal/apistub"
)

// provider is WeChat's side of authorisations and UnionIDs as wechat-protocol.md §4 and §5 have it, written without
// pkg/wechatpay. Users are openids (or sub_openids).
type provider struct {
	mu sync.Mutex
	// available are users who have authorised, codes the user of a pre-authorised code, "" while nobody completed it.
	available map[string]bool
	codes     map[string]string
	tokens    int
	// busy are users with unfinished orders.
	busy map[string]bool
	// first are answered before anything else: the effect does not happen, unless it is Late.
	first []special
	// hides leaves the openid out of answers by code.
	hides bool
}

// special is an answer out of order: to a request whose URI contains On.
type special struct {
	On    string
	Reply apistub.Reply
	// Late lets the effect happen all the same.
	Late bool
}

func newProvider(w *world) *provider {
	p := &provider{available: map[string]bool{}, codes: map[string]string{}, busy: map[string]bool{}}
	w.api.Set(p.answer)
	return p
}

func (p *provider) do(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

func (p *provider) answer(got apistub.Got) apistub.Reply {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, s := range p.first {
		if strings.Contains(got.Method+" "+got.URI, s.On) {
			p.first = append(p.first[:i:i], p.first[i+1:]...)
			if s.Late {
				p.effect(got)
			}
			return s.Reply
		}
	}
	return p.effect(got)
}

func (p *provider) effect(got apistub.Got) apistub.Reply {
	u, _ := url.ParseRequestURI(got.URI)
	path := strings.TrimPrefix(strings.TrimPrefix(u.Path, "/v3/payscore/partner/permissions"), "/v3/payscore/permissions")
	name := strings.TrimSuffix(path[strings.LastIndexByte(strings.TrimSuffix(path, "/terminate"), '/')+1:], "/terminate")
	switch {
	case strings.HasPrefix(u.Path, "/v3/facemch/users/"):
		return apistub.Reply{Body: `{"union_id":"` + unionID + `"}`}
	case got.Method == "POST" && path == "":
		return p.preAuthorise(got.Body)
	case strings.HasSuffix(path, "/terminate"):
		if strings.HasPrefix(path, "/authorization-code/") {
			name = p.codes[name]
		}
		return p.terminate(name)
	case strings.HasPrefix(path, "/authorization-code/"):
		return p.byCode(name)
	case path == "/search":
		return p.byUser(u.Query().Get("openid") + u.Query().Get("sub_openid"))
	default:
		return p.byUser(name)
	}
}

func (p *provider) preAuthorise(body string) apistub.Reply {
	var r struct {
		Code string `json:"authorization_code"`
	}
	_ = json.Unmarshal([]byte(body), &r)
	if _, taken := p.codes[r.Code]; !taken {
		p.codes[r.Code] = ""
	}
	p.tokens++
	return apistub.Reply{Body: fmt.Sprintf(`{"apply_permissions_token":"%s%04d"}`, token, p.tokens)}
}

func (p *provider) terminate(user string) apistub.Reply {
	switch {
	case p.busy[user]:
		return apistub.Refuse(400, "INVALID_REQUEST")
	case !p.available[user]:
		return apistub.Refuse(400, "INVALID_REQUEST")
	}
	delete(p.available, user)
	return apistub.Reply{Status: 204}
}

func (p *provider) byUser(user string) apistub.Reply {
	state := "UNAVAILABLE"
	if p.available[user] {
		state = "AVAILABLE"
	}
	return apistub.Reply{Body: fmt.Sprintf(
		`{"service_id":"500001","appid":"wx8888888888888888","mchid":"1900000109","openid":%q,"authorization_state":%q,"authorization_success_time":"2026-11-22T12:00:00.120+08:00"}`,
		user, state)}
}

func (p *provider) byCode(code string) apistub.Reply {
	user, known := p.codes[code]
	state, openid := "UNBINDUSER", ""
	switch {
	case !known:
		return apistub.Refuse(404, "RESOURCE_NOT_EXISTS")
	case user != "" && p.available[user]:
		state, openid = "AVAILABLE", user
	case user != "":
		state, openid = "UNAVAILABLE", user
	}
	if p.hides {
		openid = ""
	}
	return apistub.Reply{Body: fmt.Sprintf(
		`{"service_id":"500001","appid":"wx8888888888888888","mchid":"1900000109","openid":%q,"authorization_code":%q,"authorization_state":%q}`,
		openid, code, state)}
}

// authorises lets a user complete the pre-authorisation of a code.
func (p *provider) authorises(user, code string) {
	p.do(func() { p.codes[code], p.available[user] = user, true })
}

// sent are the bodies POSTed to a path's end so far.
func sent(w *world, end string) []string {
	var bodies []string
	for _, got := range w.api.Got() {
		if got.Method == "POST" && strings.HasSuffix(got.URI, end) {
			bodies = append(bodies, got.Body)
		}
	}
	return bodies
}

const (
	token   = "apply/permissions+token=secret"
	unionID = "oUnionIdSecret-000000000001"
)
