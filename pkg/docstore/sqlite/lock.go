package sqlite

import (
	"errors"
	"os"
	"syscall"

	"github.com/facepay-go/facepay/pkg/fault"
)

// lock is held as long as its file is open, so a killed process lets go of it. The file itself stays: removing it
// would let two processes hold locks on two files of one name.
type lock struct{ file *os.File }

func acquire(path string) (*lock, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fault.Wrap(err, fault.Terminal, "store_path", "create the lock of the sqlite file")
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return &lock{file}, nil
	}
	_ = file.Close() // nothing was written
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, fault.New(fault.Terminal, "store_in_use", "the sqlite file is in use by another process (%s is locked)", path)
	}
	return nil, fault.Wrap(err, fault.Terminal, "store_path", "lock the sqlite file")
}

func (l *lock) release() { _ = l.file.Close() } // closing unlocks, and nothing was written
