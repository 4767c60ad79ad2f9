package process

import (
	"fmt"
	"io"

	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/service"
)

// tryOut reads all a service is configured by and says what was checked, and what only a start can.
func tryOut[C service.Config](out io.Writer, name, path string, defaults C) error {
	cfg, _, err := Load(path, defaults)
	if err != nil {
		return err
	}
	book, err := merchant.Load(cfg.Merchants)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s is a valid configuration of %s\n%s is valid: %d accounts, %d merchants\n"+
		"not checked: broker, store, and the files of keys and secrets; a start opens them\n",
		path, name, cfg.Merchants, len(book.Accounts()), len(book.Merchants()))
	return err
}
