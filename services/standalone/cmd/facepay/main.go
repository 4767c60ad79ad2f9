// Command facepay is the whole system in one binary: run it, see it, and operate it.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/facepay-go/facepay/pkg/process"
	"github.com/facepay-go/facepay/services/cli"
)

func main() {
	process.RoomyHeap() // as the services' own mains do
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // nohup; else a closed terminal ends us, and what we started must end with us
		ends = append(ends, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), ends...)
	code := cli.Main(ctx, rootCommand(), os.Stderr)
	stop()
	os.Exit(code)
}

func rootCommand() *cobra.Command {
	root := cli.Root("facepay", "face-scan kiosks on WeChat PayScore: the back end, whole or by commands (刷脸支付分)")
	root.AddCommand(runCommand(), demoCommand(), chaosCommand(), benchCommand(), initCommand(), kioskCommand(), floodCommand())
	return root
}
