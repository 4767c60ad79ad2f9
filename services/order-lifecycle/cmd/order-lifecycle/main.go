// Command order-lifecycle runs the order-lifecycle service.
package main

import (
	"os"

	"github.com/facepay-go/facepay/pkg/process"
	lifecycle "github.com/facepay-go/facepay/services/order-lifecycle"
)

// version is set by the linker.
var version = "0.0.0-dev"

func main() {
	os.Exit(process.Main(lifecycle.Name, version, process.BrokerNeeded, lifecycle.Default(), lifecycle.New))
}
