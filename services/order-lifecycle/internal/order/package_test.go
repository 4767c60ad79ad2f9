package order

import (
	"testing"
)

// TestAPackageThatWasLostIsAskedForByTheSameCreate: only the answer to a create has the way to the confirmation.
func TestAPackageThatWasLostIsAskedForByTheSameCreate(t *testing.T) {
	o, env := New("m1", "N1"), envAt(t0)
	env.Terms.Confirm = true
	created := Seen{State: "CREATED", OrderID: "W1"}
	o.Apply(env, wish("wish1"))
	body := string(o.Create.Body)
	o.Apply(env, Answered{Op: OpCreate, Verdict: Unknown})
	o.Apply(env, Observed{told(paidSeen(350))}) // a notification without ground: the next thing is a query
	o.Apply(env, answer(OpQuery, Accepted, created))
	if o.State != Opening || o.Todo.Op != OpCreate || string(o.Create.Body) != body {
		t.Fatalf("%s, next %+v", o.State, o.Todo)
	}
	again := created
	again.Package = "pack"
	o.Apply(env, answer(OpCreate, Accepted, again))
	if o.State != AwaitingConfirm || o.Package != "pack" {
		t.Errorf("%s, package %q", o.State, o.Package)
	}
}

// TestAPackageThatCannotBeHadIsNotAskedForForEver: WeChat finds the repetition odd, and the order waits without one.
func TestAPackageThatCannotBeHadIsNotAskedForForEver(t *testing.T) {
	o, env := New("m1", "N1"), envAt(t0)
	env.Terms.Confirm = true
	created := Seen{State: "CREATED", OrderID: "W1"}
	o.Apply(env, wish("wish1"))
	o.Apply(env, Answered{Op: OpCreate, Verdict: Unknown})
	o.Apply(env, Observed{told(paidSeen(350))})
	o.Apply(env, answer(OpQuery, Accepted, created))
	o.Apply(env, Answered{Op: OpCreate, Verdict: Ask})
	o.Apply(env, answer(OpQuery, Accepted, created))
	if o.State != AwaitingConfirm || o.Package != "" || o.Unwanted != "" {
		t.Errorf("%s, package %q, unwanted %q", o.State, o.Package, o.Unwanted)
	}
}
