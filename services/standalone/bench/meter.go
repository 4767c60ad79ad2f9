package bench

import (
	"io"
	"runtime"
	"runtime/pprof"
	"slices"
	"syscall"
	"time"
)

// meter is the beginning of something measured.
type meter struct {
	at          time.Time
	cpu         time.Duration
	allocations uint64
}

// cost is what it took, of the whole process: generator, broker and store included.
type cost struct {
	wall, cpu   time.Duration
	allocations uint64
}

// begin collects garbage first, so that nobody pays for what was before.
func begin() meter {
	runtime.GC()
	return meter{allocations: allocations(), cpu: processorTime(), at: time.Now()}
}

func (m meter) end() cost {
	return cost{wall: time.Since(m.at), cpu: processorTime() - m.cpu, allocations: allocations() - m.allocations}
}

// each is the cost's share of one of n: milliseconds of processor time, and allocations.
func (c cost) each(n int) (cpuMS, allocations float64) {
	return milliseconds(c.cpu) / float64(n), float64(c.allocations) / float64(n)
}

// rate is how many of n came in a second.
func rate(n int, in time.Duration) float64 { return float64(n) / in.Seconds() }

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// processorTime is what this process used so far, in user and system mode.
func processorTime() time.Duration {
	var used syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &used) != nil {
		return 0 // it cannot fail for the process itself
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func allocations() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.Mallocs
}

// percentile of durations that are sorted here.
func percentile(ds []time.Duration, percent int) time.Duration {
	if len(ds) == 0 {
		return 0
	}
	slices.Sort(ds)
	return ds[min(len(ds)-1, len(ds)*percent/100)]
}

// profile is written once: a CPU profile cannot be continued.
type profile struct{ to io.Writer }

// start begins the profile, the first time; the function that it gives ends it.
func (p *profile) start() (stop func(), err error) {
	if p.to == nil {
		return func() {}, nil
	}
	to := p.to
	p.to = nil
	return pprof.StopCPUProfile, pprof.StartCPUProfile(to)
}
