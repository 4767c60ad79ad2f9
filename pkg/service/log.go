package service

import (
	"io"
	"log/slog"
	"os"

	"github.com/mattn/go-isatty"

	"github.com/facepay-go/facepay/pkg/fault"
)

// LogConfig is how a service logs.
type LogConfig struct {
	// Level is debug, info, warn or error; info when empty.
	Level string `yaml:"level"`
	// Format is json or text; when empty it is text on a terminal and json elsewhere.
	Format string `yaml:"format"`
}

// NewLog is a logger of one line per event to w, each with the service's name. Attributes named like a secret are
// hidden (log_redact.go). An unknown level or format is an error of class Terminal.
func NewLog(w io.Writer, service string, cfg LogConfig) (*slog.Logger, error) {
	var level slog.Level
	if cfg.Level != "" {
		if err := level.UnmarshalText([]byte(cfg.Level)); err != nil {
			return nil, fault.Invalid("log.level", "log_level", "must be debug, info, warn or error")
		}
	}
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: redact}
	var handler slog.Handler
	switch cfg.format(w) {
	case "json":
		handler = slog.NewJSONHandler(w, options)
	case "text":
		handler = slog.NewTextHandler(w, options)
	default:
		return nil, fault.Invalid("log.format", "log_format", "must be json or text")
	}
	return slog.New(handler).With(KeyService, service), nil
}

func (c LogConfig) format(w io.Writer) string {
	if c.Format != "" {
		return c.Format
	}
	if f, ok := w.(*os.File); ok && isatty.IsTerminal(f.Fd()) {
		return "text"
	}
	return "json"
}
