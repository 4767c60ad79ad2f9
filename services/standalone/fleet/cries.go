package fleet

import (
	"bufio"
	"bytes"
	"os"
)

// cry are words that no healthy program writes to its log.
var cry = [][]byte{[]byte("DATA RACE"), []byte("panic:"), []byte("fatal error:"), []byte(`"panic"`)}

// mostCries bounds what is quoted of a log.
const mostCries = 5

// Cries are lines of the log that tell of a panic or a data race. A log that cannot be read has none.
func (p *Process) Cries() (lines []string) {
	f, err := os.Open(p.log)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()
	s := bufio.NewScanner(f)
	s.Buffer(nil, 4<<20)
	for s.Scan() && len(lines) < mostCries {
		for _, word := range cry {
			if bytes.Contains(s.Bytes(), word) {
				lines = append(lines, string(s.Bytes()[:min(len(s.Bytes()), 300)]))
				break
			}
		}
	}
	return lines
}
