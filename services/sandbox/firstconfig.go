package sandbox

import (
	"os"

	"github.com/facepay-go/facepay/pkg/fault"
)

// firstConfig has the test-only merchant that all examples use.
const firstConfig = `# The sandbox's configuration, made on first use. Paths are relative to this file. See services/sandbox/README.md.
listen: 127.0.0.1:9081
control_listen: 127.0.0.1:9082
strict: false # true: a notify_url must be https, with a path and no query
deduct_after: 2s
merchants:
  - mchid: "1900000109"
    appids: [wx8888888888888888]
    dev_keys: keys # made on first use: both sides' keys of a development account
    key_mode: both # certificate, public_key, or both at once as during the switch
    services:
      - id: "500001"
        confirm: false
        risk_mode: refuse
        cap_fen: 20000
        service_notify_url: "" # where authorisation results go
`

// WriteFirstConfig makes a configuration to start with; one that is there stays. Errors are of class Terminal.
func WriteFirstConfig(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if os.IsExist(err) {
		return nil
	}
	if err == nil {
		_, err = f.WriteString(firstConfig)
	}
	if err != nil {
		return fault.Wrap(err, fault.Terminal, "config_file", "writing the first configuration")
	}
	return f.Close()
}
