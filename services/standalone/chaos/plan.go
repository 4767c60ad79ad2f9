package chaos

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// plan is who comes and who is struck: the same for the same seed.
type plan struct {
	visits []visit
	blows  []blow
}

// kind is what is done to a process.
type kind string

const (
	// kill is kill -9, then a start.
	kill kind = "kill"
	// freeze is SIGSTOP, and SIGCONT after a while.
	freeze kind = "freeze"
	// restart is SIGTERM, the wait for the end, and a start: one replica after the other.
	restart kind = "restart"
	// slowDisk is a neighbour that writes and fsyncs beside the data folder.
	slowDisk kind = "slow disk"
	// storeAway cuts all services off from their store for a while.
	storeAway kind = "store away"
	// leap is kill -9 and a start on a clock that jumped ahead.
	leap kind = "clock jump"
)

// blow is one thing done to the system.
type blow struct {
	kind   kind
	victim string
	// at is after how many visits it comes, wait how long after that moment.
	at   int
	wait time.Duration
	// lasts is how long the victim is away, or the trouble goes on; for a leap, how far the clock jumps.
	lasts time.Duration
	// hasty: the next blow does not wait until the victim is ready again.
	hasty bool
}

// label is what the report counts it under.
func (b blow) label() string {
	if b.kind == slowDisk || b.kind == storeAway { // all suffer
		return string(b.kind)
	}
	return string(b.kind) + " " + b.victim
}

// targets are what can be struck.
type targets struct {
	// processes can be killed and frozen, services (one of its replicas each) restarted as an operator does.
	processes, services []string
	// store can be taken away, clock be moved.
	store, clock bool
}

func newPlan(o Options, on targets) plan {
	dice := rand.New(rand.NewPCG(o.Seed, 0xC4A05))
	lots := rand.New(rand.NewPCG(o.Seed, 0x11FE)) // of their own: lives change nothing of the other customers
	var p plan
	for i := range o.Orders {
		v := newVisit(fmt.Sprintf("C%dX%06d", o.Seed, i), dice)
		if lots.IntN(100) < o.Lives {
			v.number, v.life = fmt.Sprintf("%s%dX%06d", livesPrefix, o.Seed, i), newLife(lots)
		}
		p.visits = append(p.visits, v)
	}
	p.deal(kill, o.Kills, on.processes, o.Orders, dice)
	p.deal(freeze, oneIn(10, o.Kills), on.processes, o.Orders, dice)
	p.deal(restart, oneIn(10, o.Kills), on.services, o.Orders, dice)
	p.deal(slowDisk, oneIn(20, o.Kills), on.processes, o.Orders, dice)
	if on.store {
		p.deal(storeAway, oneIn(10, o.Kills), on.processes, o.Orders, dice)
	}
	if on.clock {
		p.deal(leap, oneIn(20, o.Kills), on.processes, o.Orders, dice)
	}
	slices.SortStableFunc(p.blows, func(a, b blow) int { return cmp.Compare(a.at, b.at) })
	for i := range p.blows {
		if i > 0 && p.blows[i].kind == kill && dice.IntN(6) == 0 { // while the system is still getting up
			p.blows[i].at, p.blows[i-1].hasty = p.blows[i-1].at, true
		}
	}
	return p
}

// lives counts the lives by how they begin.
func (p plan) lives() map[string]int {
	count := map[string]int{}
	for _, v := range p.visits {
		if v.life != nil {
			count[string(v.life.begins)]++
		}
	}
	return count
}

// deal adds blows of a kind; each victim comes once before any comes again.
func (p *plan) deal(k kind, times int, victims []string, orders int, dice *rand.Rand) {
	var turn []string
	for range times {
		if len(turn) == 0 {
			turn = shuffled(victims, dice)
		}
		p.blows = append(p.blows, newBlow(k, turn[0], orders, dice))
		turn = turn[1:]
	}
}

// oneIn is one for so many kills, and at least one if there are any.
func oneIn(every, kills int) int { return (kills + every - 1) / every }

func shuffled(names []string, dice *rand.Rand) []string {
	names = slices.Clone(names)
	dice.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	return names
}

// newBlow deals a blow somewhere between the first and the last customers.
func newBlow(k kind, victim string, orders int, dice *rand.Rand) blow {
	b := blow{kind: k, victim: victim, at: orders/50 + dice.IntN(max(1, orders-orders/10)), wait: between(dice, 0, 500*time.Millisecond)}
	switch k {
	case kill, restart:
		if dice.IntN(4) == 0 {
			b.lasts = between(dice, 0, time.Second)
		}
	case freeze:
		b.lasts = between(dice, 500*time.Millisecond, 4*time.Second)
	case slowDisk, storeAway:
		b.lasts = between(dice, time.Second, 4*time.Second)
	case leap:
		b.lasts = between(dice, time.Minute, 20*time.Minute)
	}
	return b
}

func between(dice *rand.Rand, low, high time.Duration) time.Duration {
	return low + time.Duration(dice.Int64N(int64(high-low)))
}
