package service

import (
	"os"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/service/strictyaml"
)

// Config is a service's own configuration: a pointer to a struct with yaml tags.
type Config interface {
	// Validate refuses values that cannot work, naming the field as it is written in the file.
	Validate() error
}

// LoadConfig reads the YAML file at path into into, whose present values are the defaults, and validates it. Anything
// unknown, mistyped or ambiguous is an error of class Terminal with file, line and field; the environment is not read.
func LoadConfig(path string, into Config) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return fault.Wrap(err, fault.Terminal, "config_unreadable", "reading the configuration")
	}
	if err := strictyaml.Decode(data, path, into); err != nil {
		return err
	}
	if err := validWaits(into); err != nil {
		return fault.Wrap(err, fault.Terminal, "config_invalid", path)
	}
	if err := into.Validate(); err != nil {
		return fault.Wrap(err, fault.Terminal, "config_invalid", path)
	}
	return nil
}
