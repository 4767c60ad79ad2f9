// Command authinfo runs the authinfo service.
package main

import (
	"os"

	"github.com/facepay-go/facepay/pkg/process"

	"github.com/facepay-go/facepay/services/authinfo"
)

// version is set by the linker.
var version = "0.0.0-dev"

func main() {
	os.Exit(process.Main(authinfo.Name, version, process.BrokerNeeded, authinfo.Default(), authinfo.New))
}
