package tally

import (
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// labels keeps the label sets of an instrument by what they are made of: making one for every delivery costs more than
// counting it does. K is of a closed set, so there are few.
type labels[K comparable] struct {
	make  func(K) []attribute.KeyValue
	mu    sync.RWMutex
	known map[K]metric.MeasurementOption
}

func newLabels[K comparable](make func(K) []attribute.KeyValue) *labels[K] {
	return &labels[K]{make: make, known: map[K]metric.MeasurementOption{}}
}

func (l *labels[K]) of(key K) metric.MeasurementOption {
	l.mu.RLock()
	made, known := l.known[key]
	l.mu.RUnlock()
	if known {
		return made
	}
	made = metric.WithAttributeSet(attribute.NewSet(l.make(key)...))
	l.mu.Lock()
	defer l.mu.Unlock()
	l.known[key] = made
	return made
}

func ofAccount(account string) []attribute.KeyValue {
	return []attribute.KeyValue{attribute.String("account", account)}
}

func ofOutcome(o Outcome) []attribute.KeyValue {
	return []attribute.KeyValue{attribute.String("outcome", string(o))}
}

func ofAnswer(a answer) []attribute.KeyValue {
	return []attribute.KeyValue{
		attribute.String("account", a.account), attribute.String("kind", a.kind),
		attribute.String("outcome", string(a.outcome)), attribute.String("reason", a.reason),
	}
}

// answer is what the counter of deliveries is labelled with.
type answer struct {
	account, kind string
	outcome       Outcome
	reason        string
}
