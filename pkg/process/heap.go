package process

import (
	"os"
	"runtime/debug"
)

// roomyHeap is how many percent of what is alive may be garbage before it is collected. A service has some ten megabytes
// alive, and collecting them at every doubling, as Go does by default, takes a twentieth of its processor time.
const roomyHeap = 400

// RoomyHeap trades memory for processor time in this process. Who sets GOGC decides for himself, and GOMEMLIMIT bounds
// the whole as always. It is called once, by a main.
func RoomyHeap() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(roomyHeap)
	}
}
