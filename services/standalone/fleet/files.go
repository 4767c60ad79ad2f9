package fleet

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"text/template"

	natsconf "github.com/facepay-go/facepay/deploy/nats"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

// brokerFile lets deploy/nats/nats.conf listen on this machine with its streams in the data folder, as
// deploy/examples/local/nats.conf does. The last word of a setting counts.
var brokerFile = template.Must(template.New("nats.conf").Parse(`include "nats-deployed.conf"
listen: {{.NATS}}
http: {{.Monitor}}
jetstream {
  store_dir: "{{.Dir}}/nats"
  max_memory_store: 64MB
  max_file_store: 20GB
  sync_interval: always
}
`))

// sandboxFile is the sandbox as stack.Init configures it, on addresses of its own, with customers who pay quickly.
var sandboxFile = template.Must(template.New("sandbox.yaml").Parse(`listen: {{.Provider}}
control_listen: {{.Control}}
deduct_after: 500ms
deduct_again_after: 3s
merchants:
  - mchid: "{{.MchID}}"
    appids: [{{.AppID}}]
    dev_keys: keys
    key_mode: both
    refund_notify_url: {{.Door}}/v1/notify/wechat/{{.Account}}
    services:
      - id: "{{.ServiceID}}"
        risk_mode: refuse
        cap_fen: {{.Cap}}
        service_notify_url: {{.Door}}/v1/notify/wechat/{{.Account}}
      - id: "{{.ConfirmServiceID}}"
        confirm: true
        risk_mode: refuse
        cap_fen: {{.Cap}}
`))

// serviceFile is what every service's process needs; the services' own sections follow.
const serviceFile = `process:
  nats:
    url: nats://{{.NATS}}
  store: "{{.Store}}"
  merchants: {{.Dir}}/merchants.yaml
  admin:
    listen: {{.Admin}}
  log:
    level: {{.Level}}
service:
`

// The services' own sections: production's defaults, but for waits that only make a run longer. claim stays above twice
// call_timeout.
var serviceFiles = map[string]*template.Template{
	"authinfo": template.Must(template.New("authinfo.yaml").Parse(serviceFile + `  seal_keys: {{.Dir}}/keys/seal_keys.txt
  user_key_file: {{.Dir}}/keys/user_key.txt
  public_base: {{.Door}}
  session_ttl: 30s
  consent:
    poll: [2s, 5s, 10s]
`)),
	"order-lifecycle": template.Must(template.New("order-lifecycle.yaml").Parse(serviceFile + `  public_base: {{.Door}}
  call_timeout: 2s
  claim: 5s
  top_up: 10s
  timers:
    confirm_within: 30s
    refund: [1m, 1m, 1m, 1m, 1m, 5m]
    park_for: 2m
    settle: 5s
    unknown: [500ms, 1s, 2s]
    longest: 10s
    pending: [2s, 3s, 5s, 5s, 10s, 10s, 10s, 10s, 10s, 10s, 10s, 10s, 30s, 30s, 30s, 30s, 1m, 1m, 1m, 1m]
    busy: 10s
`)),
	"callback-ingest": template.Must(template.New("callback-ingest.yaml").Parse(serviceFile + `  listen: {{.Listen}}
  user_key_file: {{.Dir}}/keys/user_key.txt
`)),
}

// serviceNames in the order to start them.
var serviceNames = []string{"order-lifecycle", "callback-ingest", "authinfo"}

// settings fill the files.
type settings struct {
	Dir, NATS, Door, Store, Admin, Level, Listen, Monitor, Provider, Control string
}

// MchID and the others are the development merchant of package stack.
func (settings) MchID() string            { return stack.MchID }
func (settings) AppID() string            { return stack.AppID }
func (settings) ServiceID() string        { return stack.ServiceID }
func (settings) ConfirmServiceID() string { return stack.ConfirmServiceID }
func (settings) Account() string          { return stack.Account }
func (settings) Cap() int                 { return stack.Cap }

// write makes a file in the data folder and gives its path.
func (s settings) write(name string, form *template.Template) (string, error) {
	var text bytes.Buffer
	if err := form.Execute(&text, s); err != nil {
		return "", fmt.Errorf("writing %s: %w", name, err)
	}
	return s.writeText(name, text.String())
}

func (s settings) writeText(name, text string) (string, error) {
	path := filepath.Join(s.Dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return "", fmt.Errorf("writing %s: %w", name, err)
	}
	return path, nil
}

// writeBroker writes the broker's two files and gives the path of the one to start with.
func (s settings) writeBroker() (string, error) {
	if _, err := s.writeText("nats-deployed.conf", natsconf.Conf); err != nil {
		return "", err
	}
	return s.write("nats.conf", brokerFile)
}
