package service

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// panicError is a handler's panic as an error; it has no class, so the caller learns nothing of it.
type panicError struct{ text, stack string }

func (p *panicError) Error() string { return "panic: " + p.text }

// panicked keeps the text of a panic of the runtime, and only the type of any other: its text may hold the request.
func panicked(value any) error {
	text := fmt.Sprintf("%T", value)
	if e, ok := value.(runtime.Error); ok {
		text = e.Error()
	}
	return &panicError{text: text, stack: string(debug.Stack())}
}
