package stack

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/facepay-go/facepay/pkg/fault"
)

// lockFolder makes the data folder and takes it for this process until release. It comes before anything in the folder
// is read or written: a second writer would destroy streams and clock. The kernel gives a killed process's lock back.
// A folder that is taken is Terminal, folder_in_use.
func lockFolder(dir string) (release func() error, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the data folder: %w", err)
	}
	file, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("locking the data folder: %w", err)
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return file.Close, nil
	}
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = fault.New(fault.Terminal, "folder_in_use", "%s is in use by another facepay", dir)
	}
	return nil, errors.Join(err, file.Close())
}
