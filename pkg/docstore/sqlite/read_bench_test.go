package sqlite_test

import (
	"context"
	"fmt"
	"testing"
)

// BenchmarkGet reads single documents, in a context that can end, as every caller's can.
func BenchmarkGet(b *testing.B) {
	c := openNotices(b)
	insertNotices(b, c, writers, 1000, "get")
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		if _, err := c.Get(ctx, fmt.Sprint("get-", 1+i%1000)); err != nil {
			b.Fatal(err)
		}
	}
}
