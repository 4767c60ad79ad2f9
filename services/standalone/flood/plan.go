package flood

import (
	"math/rand/v2"
	"slices"
)

// copies is how often a fact is told on average.
const copies = 4

// telling is one planned delivery of a fact.
type telling struct {
	fact fact
	// anew is sealed and signed again, under another notification id; otherwise the bytes of the fact's first telling in
	// the chunk are sent again.
	anew bool
}

// planChunk plans the deliveries of facts from first up to end, of all the facts there are, in the order to send them:
// every fact once, and three times as many repetitions, which are dealt to the facts of the chunk and one in six to any
// fact, told long ago or not told yet. One fact in four is told in one go, its copies at the same moment.
func planChunk(r *rand.Rand, first, end, all fact) []telling {
	size := int(end - first)
	by := make(map[fact][]telling, size)
	for f := first; f < end; f++ {
		by[f] = append(by[f], telling{f, false})
	}
	for range (copies - 1) * size {
		f := first + fact(r.IntN(size))
		if r.IntN(6) == 0 {
			f = fact(r.IntN(int(all)))
		}
		by[f] = append(by[f], telling{f, r.IntN(8) == 0})
	}
	// Groups keep together what is told at the same moment.
	var groups [][]telling
	for _, f := range ordered(by) {
		if r.IntN(4) == 0 {
			groups = append(groups, by[f])
			continue
		}
		for _, t := range by[f] {
			groups = append(groups, []telling{t})
		}
	}
	r.Shuffle(len(groups), func(i, j int) { groups[i], groups[j] = groups[j], groups[i] })
	return slices.Concat(groups...)
}

func ordered(by map[fact][]telling) []fact {
	facts := make([]fact, 0, len(by))
	for f := range by {
		facts = append(facts, f)
	}
	slices.Sort(facts)
	return facts
}
