// Package fault names what can go wrong by what to do about it. Classes decide, texts are for people: nothing in
// facepay branches on an error's text. The runner of a message or of a request has one switch over Class.
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Class says what a caller does next.
type Class uint8

const (
	// Unclassified is an error nobody named: a bug or a panic. It is retried a few times, then set aside.
	Unclassified Class = iota
	// Retry means not done, try again later: our own store or broker is away, or the provider asked us to wait.
	Retry
	// Terminal means repeating cannot help: the input breaks a rule or the configuration is wrong.
	Terminal
	// Conflict means somebody else changed it first, or the same id was used with other content.
	Conflict
	// Duplicate means it was done before and nothing new happened.
	Duplicate
	// NotFound means it does not exist (here and now).
	NotFound
	// UnknownOutcome means the act may or may not have happened: ask, or repeat the identical request; never assume no.
	UnknownOutcome
)

var classNames = [...]string{"unclassified", "retry", "terminal", "conflict", "duplicate", "not_found", "unknown_outcome"}

func (c Class) String() string {
	if int(c) < len(classNames) {
		return classNames[c]
	}
	return fmt.Sprintf("class(%d)", uint8(c))
}

// Error is a classified error. Text and Code never carry secrets, openids, authinfo or rawdata.
type Error struct {
	Class Class
	// Code is stable and machine readable, snake_case: "total_amount_formula".
	Code string
	// Field names the input at fault ("risk_fund.amount"), empty when no single input is.
	Field string
	// After is the least time to wait before a retry; 0 leaves it to the caller.
	After time.Duration
	// Text is for people.
	Text string
	err  error
}

func (e *Error) Error() string {
	s := e.Code
	if e.Field != "" {
		s += " [" + e.Field + "]"
	}
	if e.Text != "" {
		s += ": " + e.Text
	}
	if e.err != nil {
		s += ": " + e.err.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.err }

// New makes a classified error without a cause.
func New(class Class, code, format string, args ...any) *Error {
	return &Error{Class: class, Code: code, Text: fmt.Sprintf(format, args...)}
}

// Wrap classifies err and says what was being done. The text of err must be free of secrets.
func Wrap(err error, class Class, code, doing string) *Error {
	return &Error{Class: class, Code: code, Text: doing, err: err}
}

// Invalid is bad input: it names the field and the rule that the field breaks.
func Invalid(field, code, format string, args ...any) *Error {
	return &Error{Class: Terminal, Code: code, Field: field, Text: fmt.Sprintf(format, args...)}
}

// RetryAfter is a retry that knows how long to wait.
func RetryAfter(after time.Duration, code, format string, args ...any) *Error {
	return &Error{Class: Retry, Code: code, After: after, Text: fmt.Sprintf(format, args...)}
}

// ClassOf finds the class of err, Unclassified when it has none.
func ClassOf(err error) Class {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Class
	}
	return Unclassified
}

// Is reports whether err is of the class.
func Is(err error, class Class) bool { return err != nil && ClassOf(err) == class }

// CodeOf finds the code of err, "" when it has none.
func CodeOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}

// AfterOf finds the wait err asks for, 0 when it asks for none.
func AfterOf(err error) time.Duration {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.After
	}
	return 0
}

// FieldOf names the input at fault, "" when none is named.
func FieldOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Field
	}
	return ""
}

// TextOf gives the text for people without code and field; for an error without a class, its whole text.
func TextOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Text
	}
	return err.Error()
}
