// Command facepayctl is the operator's tool.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/facepay-go/facepay/services/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Main(ctx, cli.Root("facepayctl", "operate facepay: orders, receivables, authorisations, dead letters, topology"), os.Stderr)
	stop()
	os.Exit(code)
}
