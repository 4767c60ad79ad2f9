package memory_test

import (
	"testing"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/docstore/docstoretest"
	"github.com/facepay-go/facepay/pkg/docstore/memory"
)

func TestMemoryKeepsThePromisesOfDocstore(t *testing.T) {
	docstoretest.Run(t, func(t *testing.T) docstore.Store {
		store := memory.New()
		t.Cleanup(func() { _ = store.Close() })
		return store
	})
}
