// Package entity reads the JSON objects that WeChat sends: answers, notices, refunds, authorisations. A name counts only
// as it is written in the sheet: encoding/json alone takes Paid_Amount for paid_amount, and the last one wins. Only what is
// asked for is read, and a number, an object or a list is taken in each form that WeChat was seen to use (§6.3), so that a
// field nobody needs, or one that is dressed differently, makes nothing unreadable.
package entity

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
)

// Object is one JSON object. A getter of something absent or null gives the zero value; of something that is there and
// cannot be read too, and Err tells it afterwards. Not safe for concurrent use.
type Object struct {
	members []member
	// path is where the object stands in the whole, "collection." for example.
	path string
	// broken is shared by an object and those inside it: the first field that could not be read, "" for none.
	broken *string
}

// Read takes a body that is one JSON object. The error is Terminal and quotes nothing.
func Read(body []byte) (Object, error) {
	o := Object{broken: new(string)}
	body = bytes.Trim(body, " \t\n\r")
	if !isObject(body) || !json.Valid(body) {
		return o, fault.New(fault.Terminal, "entity_unreadable", "it is not a JSON object")
	}
	o.members = split(body)
	return o, nil
}

func isObject(raw json.RawMessage) bool { return len(raw) > 0 && raw[0] == '{' }

// get is the value of a name, of one that repeats the last; nil when it is not there.
func (o Object) get(name string) json.RawMessage {
	for _, m := range slices.Backward(o.members) {
		if says(m.name, name) {
			return m.value
		}
	}
	return nil
}

// Err is Terminal and names the first field that was asked for and could not be read, without its value; nil when all could.
func (o Object) Err() error {
	if *o.broken == "" {
		return nil
	}
	return fault.Invalid(*o.broken, "entity_unreadable", "%s has a form that is not known", *o.broken)
}

// Text is a string, or the digits of a number.
func (o Object) Text(name string) string {
	text, ok := text(o.get(name))
	if !ok {
		o.breaks(name)
	}
	return text
}

// Aside is the Text of a field that decides nothing: one that cannot be read is "".
func (o Object) Aside(name string) string {
	text, _ := text(o.get(name))
	return text
}

// Word is a string and nothing else: a number in its place, as gateways write, is "".
func (o Object) Word(name string) string {
	if raw := o.get(name); len(raw) == 0 || raw[0] != '"' {
		return ""
	}
	return o.Aside(name)
}

// Yes is true or false, also as text; nil when it is absent or neither.
func (o Object) Yes(name string) *bool {
	text := o.Aside(name)
	if raw := string(o.get(name)); raw == "true" || raw == "false" {
		text = raw
	}
	if text != "true" && text != "false" {
		return nil
	}
	return new(text == "true")
}

// Fen is an amount: a whole number, also as text or with zeros behind the point. Absent is 0.
func (o Object) Fen(name string) money.Fen {
	if amount := o.FenOrAbsent(name); amount != nil {
		return *amount
	}
	return 0
}

// FenOrAbsent is Fen; nil when it is absent or null.
func (o Object) FenOrAbsent(name string) *money.Fen {
	raw := o.get(name)
	if absent(raw) {
		return nil
	}
	n, ok := whole(raw)
	if !ok {
		o.breaks(name)
	}
	return new(money.Fen(n))
}

// FenAside is the Fen of a field that decides nothing: one that cannot be read is 0.
func (o Object) FenAside(name string) money.Fen {
	n, _ := whole(o.get(name))
	return money.Fen(n)
}

// Object is an object inside this one, and whether it is there.
func (o Object) Object(name string) (Object, bool) {
	raw := o.get(name)
	if absent(raw) {
		return o.inside(name, nil), false
	}
	if !isObject(raw) {
		o.breaks(name)
	}
	return o.inside(name, raw), true
}

// Within is an object that decides nothing: one that is not there, or no object, is empty.
func (o Object) Within(name string) Object { return o.inside(name, o.get(name)) }

// List are the objects of an array. One object alone is a list of one: official samples type some lists so (§6.3).
func (o Object) List(name string) []Object {
	raw := o.get(name)
	var all []json.RawMessage
	switch {
	case absent(raw):
		return nil
	case isObject(raw):
		all = []json.RawMessage{raw}
	case raw[0] == '[':
		all = elements(raw)
	default:
		o.breaks(name)
	}
	list := make([]Object, len(all))
	for i, element := range all {
		if !isObject(element) {
			o.breaks(name)
		}
		list[i] = o.inside(name, element)
	}
	return list
}

// inside is empty when raw is no object.
func (o Object) inside(name string, raw json.RawMessage) Object {
	in := Object{path: o.path + name + ".", broken: o.broken}
	if isObject(raw) {
		in.members = split(raw)
	}
	return in
}

func (o Object) breaks(name string) {
	if *o.broken == "" {
		*o.broken = o.path + name
	}
}
