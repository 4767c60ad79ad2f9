package stack

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"text/template"
	"time"
)

// Init makes a development folder for services that run as processes of their own: both sides' keys, merchants.yaml and
// sandbox.yaml. provider and door are the base URLs by which the services reach the sandbox and the sandbox reaches the
// webhooks. Keys that are there are kept; the two files are written anew.
func Init(dir, provider, door string, now time.Time) error {
	at, err := url.Parse(provider)
	if err != nil || at.Port() == "" {
		return fmt.Errorf("--provider %q: must be a base URL with a port", provider)
	}
	f, err := openFolder(dir, now)
	if err != nil {
		return err
	}
	if _, err := f.merchants(provider); err != nil {
		return err
	}
	out, err := os.Create(filepath.Join(dir, "sandbox.yaml"))
	if err != nil {
		return fmt.Errorf("writing sandbox.yaml: %w", err)
	}
	defer func() { _ = out.Close() }()
	return sandboxFile.Execute(out, map[string]any{
		"Port": at.Port(), "MchID": MchID, "AppID": AppID, "ServiceID": ServiceID, "Cap": Cap,
		"NotifyURL": door + "/v1/notify/wechat/" + Account,
	})
}

var sandboxFile = template.Must(template.New("sandbox.yaml").Parse(`# Written by facepay init.
listen: 0.0.0.0:{{.Port}}
control_listen: 0.0.0.0:9082
merchants:
  - mchid: "{{.MchID}}"
    appids: [{{.AppID}}]
    dev_keys: keys
    key_mode: both
    services:
      - id: "{{.ServiceID}}"
        risk_mode: refuse
        cap_fen: {{.Cap}}
        service_notify_url: {{.NotifyURL}}
`))
