// Command callback-ingest runs the door for provider notifications.
package main

import (
	"os"

	"github.com/facepay-go/facepay/pkg/process"
	callbackingest "github.com/facepay-go/facepay/services/callback-ingest"
)

// version is set by the linker.
var version = "0.0.0-dev"

func main() {
	os.Exit(process.Main(callbackingest.Name, version, process.BrokerLater, callbackingest.Default(), callbackingest.New))
}
