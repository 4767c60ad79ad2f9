package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/facepay-go/facepay/services/standalone/stack"
)

func initCommand() *cobra.Command {
	var dir, provider, door string
	cmd := &cobra.Command{
		Use:   "init",
		Short: "make a development folder for services in processes of their own: keys, merchants.yaml, sandbox.yaml",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := stack.Init(dir, provider, door, time.Now()); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s holds keys/, merchants.yaml and sandbox.yaml; development only\n", dir)
			return nil
		},
	}
	cmd.Flags().StringVar(&dir, "data", "data", "the folder")
	cmd.Flags().StringVar(&provider, "provider", "http://127.0.0.1:9081", "base URL by which services reach the sandbox")
	cmd.Flags().StringVar(&door, "door", "http://127.0.0.1:8081", "base URL by which the sandbox reaches the webhooks")
	return cmd
}
