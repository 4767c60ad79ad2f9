package order

import (
	"testing"
	"time"
)

func TestEveryWordOfTheKioskHasItsEnd(t *testing.T) {
	for word, want := range map[string]Event{
		"USER_CANCEL": WasAbandoned{"user_cancel"}, "ERROR": WasRefused{"face_error"}, "SCAN_PAYMENT": WasRefused{"scan_payment"},
		"PARAM_ERROR": WasRefused{"sdk_failure"}, "": WasRefused{"sdk_failure"}, // an empty map, or a word that is not in the sheet
	} {
		o := New("m1", "N1")
		events, _ := o.Apply(envAt(t0), FaceFailed{ID: "face1", ReturnCode: word})
		if wantEvents(t, events, want); o.Create.Body != nil || o.Next().Op != "" {
			t.Errorf("%q: next %+v", word, o.Next())
		}
	}
}

func TestACustomerWhoTookThePhoneMayGoOnUnderTheSameNumber(t *testing.T) {
	phone := envAt(t0)
	phone.Terms.ServiceByPhone = true
	o := New("m1", "N1")
	events, _ := o.Apply(phone, FaceFailed{ID: "face1", ServiceID: "500001", ReturnCode: "SCAN_PAYMENT"})
	wantEvents(t, events)
	if events, _ = o.Apply(phone, FaceSucceeded{ID: "face2", ServiceID: "500001", RiskFund: 100}); o.Create.Body != nil {
		t.Errorf("a face order was created: %v", events)
	}
	o.Apply(phone, wish("wish1"))
	if o.State != Authorising || o.Create.Body != nil {
		t.Fatalf("got %s before the user authorised", o.State)
	}
	if o.Apply(phone, ServiceAuthorised{}); o.State != Opening || o.Next().Op != OpCreate {
		t.Errorf("got %s, next %+v", o.State, o.Next())
	}
}

func TestASuccessOfTheKioskOpensNothingBeforeWeChatsWord(t *testing.T) {
	o := New("m1", "N1")
	events, _ := o.Apply(envAt(t0), FaceSucceeded{ID: "face1", ServiceID: "500001", RiskFund: 100})
	wantEvents(t, events)
	if o.State != Opening || o.Next().Op != OpCreate { // neither waits for the notification of the authorisation
		t.Fatalf("got %s, next %+v", o.State, o.Next())
	}
	events, _ = o.Apply(envAt(t0), answer(OpCreate, Accepted, Seen{State: "CREATED"}))
	wantEvents(t, events, Alarm{"created_instead_of_doing"})
	if o.State != Cancelling || o.Next().Op != OpCancel {
		t.Errorf("an order that nobody will confirm: got %s, next %+v", o.State, o.Next())
	}
}

// waiting is a need-confirm order that its user has not confirmed.
func waiting(t *testing.T) (*Order, Env) {
	t.Helper()
	env := envAt(t0)
	env.Terms.Confirm = true
	o := New("m1", "N1")
	o.Apply(env, wish("wish1"))
	if o.Apply(env, answer(OpCreate, Accepted, Seen{State: "CREATED", OrderID: "W1"})); o.State != AwaitingConfirm {
		t.Fatalf("got %s", o.State)
	}
	return &o, env
}

func TestANeedConfirmOrderOpensOnlyWhenAQueryShowsItConfirmed(t *testing.T) {
	o, env := waiting(t)
	confirmed := Seen{State: "DOING", Description: "USER_CONFIRM", ServiceID: "500001"}
	events, _ := o.Apply(env, Observed{told(confirmed)})
	if wantEvents(t, events); o.State != AwaitingConfirm || o.Todo.Op != OpQuery || o.Todo.At != t0 {
		t.Fatalf("got %s, next %+v", o.State, o.Todo)
	}
	events, _ = o.Apply(env, answer(OpQuery, Accepted, confirmed))
	if wantEvents(t, events, Opened{}); o.State != InService {
		t.Errorf("got %s", o.State)
	}
}

func TestAnOrderThatWaitsForItsUserIsCancelledByUsOrExpiresAtWeChat(t *testing.T) {
	o, env := waiting(t)
	env.Now = t0.Add(env.Timers.ConfirmWithin)
	if o.Apply(env, answer(OpQuery, Accepted, Seen{State: "CREATED"})); o.State != Cancelling || o.Next().Op != OpCancel {
		t.Errorf("got %s, next %+v", o.State, o.Next())
	}
	o, env = waiting(t)
	env.Timers.ConfirmWithin, env.Now = 0, t0.Add(30*24*time.Hour)
	if o.Apply(env, answer(OpQuery, Accepted, Seen{State: "CREATED"})); o.State != AwaitingConfirm || o.Next().Op != OpQuery {
		t.Errorf("without a limit of ours: got %s", o.State)
	}
	events, _ := o.Apply(env, answer(OpQuery, Accepted, Seen{State: "EXPIRED"}))
	if wantEvents(t, events, WasExpired{}); o.State != Expired {
		t.Errorf("got %s", o.State)
	}
}

func TestADoorDoesNotOpenWhenTheUsersWordLayTooLongUnread(t *testing.T) {
	o := New("m1", "N1")
	o.Apply(envAt(t0), wish("wish1"))
	events, _ := o.Apply(envAt(t0.Add(10*time.Minute)), ServiceAuthorised{Waited: DefaultTimers().OpenWithin + 1})
	if wantEvents(t, events, Alarm{"open_timeout"}, WasRefused{"open_timeout"}); o.Create.Tries != 0 || o.State != Refused {
		t.Errorf("authorised: got %s", o.State)
	}
	confirmed := answer(OpQuery, Accepted, Seen{State: "DOING", Description: "USER_CONFIRM"})
	for late, want := range map[time.Duration]State{0: InService, DefaultTimers().OpenWithin: InService, DefaultTimers().OpenWithin + 1: Cancelling} {
		o, env := waiting(t)
		env.Now = t0.Add(env.Timers.ConfirmWithin + late)
		if o.Apply(env, confirmed); o.State != want {
			t.Errorf("confirmed, learnt %v after our patience ended: got %s, want %s", late, o.State, want)
		}
	}
}
