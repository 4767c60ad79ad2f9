package chaos

import (
	"reflect"
	"strings"
	"testing"
)

func TestTheSameSeedMakesTheSamePlan(t *testing.T) {
	o := Options{Orders: 500, Kills: 40, Seed: 7}
	on := targets{processes: []string{"a", "b", "c"}, services: []string{"a"}, store: true, clock: true}
	if !reflect.DeepEqual(newPlan(o, on), newPlan(o, on)) {
		t.Error("one seed makes two plans")
	}
	other := o
	other.Seed = 8
	if reflect.DeepEqual(newPlan(o, on), newPlan(other, on)) {
		t.Error("two seeds make one plan")
	}
}

func TestAPlanKillsAsOftenAsAskedAndEveryVictim(t *testing.T) {
	p := newPlan(Options{Orders: 200, Kills: 10, Seed: 1}, targets{processes: []string{"a", "b", "c", "d", "e"}, services: []string{"a"}, store: true, clock: true})
	struck := map[string]int{}
	last := 0
	for _, b := range p.blows {
		struck[b.label()]++
		if b.at < last || b.at >= 200 {
			t.Errorf("a blow after visit %d follows one after %d", b.at, last)
		}
		last = b.at
	}
	for _, victim := range []string{"a", "b", "c", "d", "e"} {
		if struck["kill "+victim] != 2 {
			t.Errorf("%s is killed %d times, want 2", victim, struck["kill "+victim])
		}
	}
	for _, kind := range []string{"freeze", "restart a", "slow disk", "store away", "clock jump"} {
		found := false
		for label := range struck {
			found = found || strings.HasPrefix(label, kind)
		}
		if !found {
			t.Errorf("no %s in %v", kind, struck)
		}
	}
}

func TestEveryScriptOfACustomerComes(t *testing.T) {
	seen := map[script]bool{}
	for _, v := range newPlan(Options{Orders: 2000, Seed: 1}, targets{}).visits {
		seen[v.script] = true
	}
	share := 0
	for _, s := range scripts {
		share += s.share
		if !seen[s.script] {
			t.Errorf("nobody %s", s.script)
		}
	}
	if share != 100 {
		t.Errorf("the shares make %d", share)
	}
}
