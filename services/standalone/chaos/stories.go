package chaos

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/facepay-go/facepay/services/cli"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

// toldStories is how many broken orders have their story told.
const toldStories = 3

// tellStories writes the stories of the first broken orders to the progress and beside the logs, while the services can
// still be asked.
func (r *Report) tellStories(ctx context.Context, o Options, c *city) {
	told := map[string]bool{}
	for _, b := range r.breaches {
		if b.OutOrderNo == "" || told[b.OutOrderNo] || len(told) == toldStories {
			continue
		}
		told[b.OutOrderNo] = true
		fmt.Fprintf(o.Progress, "\n%s\n", b)
		if err := tellStory(ctx, o, c, b.OutOrderNo); err != nil {
			fmt.Fprintf(o.Progress, "its story cannot be told: %v\n", err)
		}
	}
}

func tellStory(ctx context.Context, o Options, c *city, number string) error {
	story, err := cli.Tell(ctx, c.bus, stack.Merchant, number)
	if err != nil {
		return err
	}
	if err := story.Print(o.Progress); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(o.Dir, "log", number+".story"))
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	return story.Print(f)
}
