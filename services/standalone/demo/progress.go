package demo

import (
	"fmt"
	"strings"

	"github.com/facepay-go/facepay/services/standalone/kiosk"
)

// ended is the progress line: how many orders have ended, and how.
func ended(all *shops, visits []*visit) string {
	ends := map[string]int{}
	total := 0
	for _, v := range visits {
		if end, ok := lastWord(all.said(v)); ok {
			ends[end]++
			total++
		}
	}
	const width = 30
	filled := width * total / max(len(visits), 1)
	line := fmt.Sprintf("[%s%s] %d/%d orders", strings.Repeat("█", filled), strings.Repeat("·", width-filled), total, len(visits))
	for _, name := range kiosk.Final {
		line += fmt.Sprintf("  %s %d", name, ends[name])
	}
	return line
}

// lastWord is the event that ended an order.
func lastWord(said []kiosk.Said) (string, bool) {
	for i := len(said) - 1; i >= 0; i-- {
		for _, name := range kiosk.Final {
			if said[i].Name == name {
				return name, true
			}
		}
	}
	return "", false
}
