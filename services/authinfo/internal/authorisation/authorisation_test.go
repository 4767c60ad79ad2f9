package authorisation

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

func opening(second int, number string) Fact {
	return Fact{Kind: Opening, At: noon.Add(time.Duration(second) * time.Second), OutRequestNo: number}
}

func closing(second int, number string) Fact {
	f := opening(second, number)
	f.Kind = Closing
	return f
}

func TestTheNewestFactDecidesInWhateverOrderFactsCome(t *testing.T) {
	for name, c := range map[string]struct {
		facts []Fact
		want  State
	}{
		"opened":                              {[]Fact{opening(1, "a")}, Open},
		"closed only":                         {[]Fact{closing(1, "a")}, Closed},
		"opened, closed":                      {[]Fact{opening(1, "a"), closing(2, "a")}, Closed},
		"opened, closed, opened":              {[]Fact{opening(1, "a"), closing(2, "a"), opening(3, "b")}, Open},
		"opened twice, as each face may":      {[]Fact{opening(1, "a"), opening(5, "b")}, Open},
		"opened and closed in a second":       {[]Fact{opening(1, "a"), closing(1, "a")}, Closed},
		"open, close, open in a second":       {[]Fact{opening(1, "a"), closing(1, "a"), opening(1, "b")}, Open},
		"closed and opened anew in a second":  {[]Fact{opening(0, "a"), closing(1, "a"), opening(1, "b")}, Open},
		"a second without numbers: closed":    {[]Fact{opening(1, ""), closing(1, "")}, Closed},
		"pre-authorised, closed, face, again": {[]Fact{{Opening, noon, "", "CODE"}, {Closing, noon, "", "CODE"}, {Opening, noon, "r", ""}}, Open},
	} {
		for order := range permutations(c.facts) {
			var a Authorisation
			for _, f := range order {
				if !a.Take(f) || a.Take(f) {
					t.Errorf("%s: a fact is new once", name)
				}
			}
			if a.State != c.want {
				t.Errorf("%s in the order %v: %s, want %s", name, order, a.State, c.want)
			}
		}
	}
}

func TestAnOpeningShowsOnlyWhileNothingNewerIsKnown(t *testing.T) {
	var a Authorisation
	first, again := opening(1, "a"), opening(3, "b")
	a.Take(first)
	if !a.Shows(first) {
		t.Error("the only opening does not show")
	}
	a.Take(closing(2, "a"))
	if a.Shows(first) {
		t.Error("a closed opening shows")
	}
	a.Take(again)
	if a.Shows(first) || !a.Shows(again) {
		t.Error("of two openings the newer shows")
	}
}

func TestAnyOrderAndAnyRepetitionsEndAlikeAndEachFactIsNewOnce(t *testing.T) {
	fact := rapid.Custom(func(t *rapid.T) Fact {
		f := opening(rapid.IntRange(0, 3).Draw(t, "second"), rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "number"))
		f.Kind = rapid.SampledFrom([]Kind{Opening, Closing}).Draw(t, "kind")
		f.AuthorizationCode = rapid.SampledFrom([]string{"", "C"}).Draw(t, "code")
		return f
	})
	rapid.Check(t, func(t *rapid.T) {
		facts := rapid.SliceOfNDistinct(fact, 1, 12, Fact.key).Draw(t, "facts")
		take := func(facts []Fact) (a Authorisation, news int) {
			for _, f := range facts {
				if a.Take(f) {
					news++
				}
			}
			return a, news
		}
		one, _ := take(facts)
		two, news := take(rapid.Permutation(append(slices.Clone(facts), facts...)).Draw(t, "again"))
		if one.State != two.State || !one.Since.Equal(two.Since) || news != len(facts) {
			t.Fatalf("%s since %v and %s since %v, %d of %d facts were new", one.State, one.Since, two.State, two.Since, news, len(facts))
		}
		newest := slices.MaxFunc(facts, func(a, b Fact) int { return a.At.Compare(b.At) })
		ofThatSecond := slices.DeleteFunc(slices.Clone(facts), func(f Fact) bool { return !f.At.Equal(newest.At) })
		if !slices.ContainsFunc(ofThatSecond, func(f Fact) bool { return f.Kind != newest.Kind }) && (one.State == Open) != (newest.Kind == Opening) {
			t.Fatalf("the newest second has only %ss and the state is %s", newest.Kind, one.State)
		}
	})
}

// permutations yields every order of a few facts.
func permutations(facts []Fact) func(func([]Fact) bool) {
	var from func(done, left []Fact, yield func([]Fact) bool) bool
	from = func(done, left []Fact, yield func([]Fact) bool) bool {
		if len(left) == 0 {
			return yield(done)
		}
		for i := range left {
			rest := slices.Concat(left[:i], left[i+1:])
			if !from(append(slices.Clone(done), left[i]), rest, yield) {
				return false
			}
		}
		return true
	}
	return func(yield func([]Fact) bool) { from(nil, facts, yield) }
}
