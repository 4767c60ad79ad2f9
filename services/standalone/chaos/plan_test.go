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

func TestLivesChangeNothingOfTheOtherCustomers(t *testing.T) {
	plain, mixed := newPlan(Options{Orders: 1000, Seed: 3}, targets{}), newPlan(Options{Orders: 1000, Seed: 3, Lives: 50}, targets{})
	lives := 0
	for i, v := range mixed.visits {
		if v.life != nil {
			lives++
			continue
		}
		if !reflect.DeepEqual(v, plain.visits[i]) {
			t.Fatalf("customer %d is %+v, without lives %+v", i, v, plain.visits[i])
		}
	}
	if lives < 400 || lives > 600 {
		t.Errorf("%d of 1000 have a life of their own, want half", lives)
	}
}

func TestLivesHaveEveryBeginningAndEveryOperationAtEveryMoment(t *testing.T) {
	begins, does, when, shares := map[beginning]bool{}, map[operation]bool{}, map[moment]bool{}, 0
	for _, v := range newPlan(Options{Orders: 2000, Seed: 1, Lives: 100}, targets{}).visits {
		begins[v.life.begins] = true
		for _, w := range v.life.wishes {
			does[w.operation], when[w.at] = true, true
		}
	}
	if len(begins) != len(beginnings) || len(does) != len(operations) || len(when) != len(moments) {
		t.Errorf("begins %v, does %v, at %v", begins, does, when)
	}
	for _, b := range beginnings {
		shares += b.share
	}
	for _, o := range operations {
		shares += o.share
	}
	if shares != 200 {
		t.Errorf("the shares make %d", shares)
	}
}
