package stack

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"text/template"
	"time"
)

// Init makes a development folder for services that run as processes of their own: both sides' keys, merchants.yaml and
// sandbox.yaml. provider and door are the base URLs by which the services reach the sandbox and the sandbox reaches the
// webhooks. Keys that are there are kept; the two files are written anew. A folder that a running facepay has is Terminal,
// folder_in_use.
func Init(dir, provider, door string, now time.Time) (err error) {
	at, err := url.Parse(provider)
	if err != nil || at.Port() == "" {
		return fmt.Errorf("--provider %q: must be a base URL with a port", provider)
	}
	release, err := lockFolder(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	f, err := openFolder(dir, now)
	if err != nil {
		return err
	}
	if _, err := f.merchants(provider); err != nil {
		return err
	}
	return replaceFile(filepath.Join(dir, "sandbox.yaml"), sandboxFile, map[string]any{
		"Host": listenHost(at), "Port": at.Port(), "MchID": MchID, "AppID": AppID, "ServiceID": ServiceID, "ConfirmServiceID": ConfirmServiceID, "Cap": Cap,
		"NotifyURL": door + "/v1/notify/wechat/" + Account,
	})
}

// listenHost keeps a sandbox that is reached on loopback there: its control API has no login.
func listenHost(provider *url.URL) string {
	if ip := net.ParseIP(provider.Hostname()); provider.Hostname() == "localhost" || ip.IsLoopback() {
		return "127.0.0.1"
	}
	return "0.0.0.0"
}

var sandboxFile = template.Must(template.New("sandbox.yaml").Parse(`# Written by facepay init.
listen: {{.Host}}:{{.Port}}
control_listen: {{.Host}}:9082
merchants:
  - mchid: "{{.MchID}}"
    appids: [{{.AppID}}]
    dev_keys: keys
    key_mode: both
    refund_notify_url: {{.NotifyURL}}
    services:
      - id: "{{.ServiceID}}"
        risk_mode: refuse
        cap_fen: {{.Cap}}
        service_notify_url: {{.NotifyURL}}
      - id: "{{.ConfirmServiceID}}"
        confirm: true
        risk_mode: refuse
        cap_fen: {{.Cap}}
`))
