package service

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// stopSignal is the cause of a stop that the operator asked for.
type stopSignal struct{ name string }

func (s stopSignal) Error() string { return s.name }

// onSignals calls giveUp at the first SIGTERM or SIGINT and closes interrupted at the second.
func onSignals(giveUp context.CancelCauseFunc) (interrupted <-chan struct{}, ignore func()) {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	again := make(chan struct{})
	over := make(chan struct{})
	go func() {
		select {
		case s := <-signals:
			giveUp(stopSignal{s.String()})
		case <-over:
			return
		}
		select {
		case <-signals:
			close(again)
		case <-over:
		}
	}()
	return again, func() {
		signal.Stop(signals)
		close(over)
	}
}
