package bench

import (
	"encoding/json"
	"math"
	"slices"
)

// Series is one figure, taken once per round. Its JSON is {"median":…,"rounds":[…]}.
type Series []float64

// Median is the middle one, the mean of the two in the middle, and 0 when there is none.
func (s Series) Median() float64 {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	return (sorted[(len(s)-1)/2] + sorted[len(s)/2]) / 2
}

// over divides round by round: what disturbed the machine in a round disturbed both.
func (s Series) over(t Series) Series {
	ratios := make(Series, len(s))
	for i := range s {
		ratios[i] = s[i] / t[i]
	}
	return ratios
}

// MarshalJSON gives the median and the rounds.
func (s Series) MarshalJSON() ([]byte, error) {
	rounds := make([]float64, len(s))
	for i, v := range s {
		rounds[i] = short(v)
	}
	return json.Marshal(struct {
		Median float64   `json:"median"`
		Rounds []float64 `json:"rounds"`
	}{short(s.Median()), rounds})
}

// short keeps four digits: there is no more truth in them.
func short(v float64) float64 {
	if v == 0 || math.IsInf(v, 0) || math.IsNaN(v) {
		return 0
	}
	unit := math.Pow(10, math.Floor(math.Log10(math.Abs(v)))-3)
	return math.Round(v/unit) * unit
}
