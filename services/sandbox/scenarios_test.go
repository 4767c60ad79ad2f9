package sandbox_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/services/sandbox"
	"github.com/facepay-go/facepay/services/sandbox/scenarios"
)

// A client that repeats until an answer is sound, fresh and about its own number ends where every file says.
func TestACorrectClientEndsWhereEachScenarioSays(t *testing.T) {
	library, err := scenarios.Open()
	if err != nil {
		t.Fatal(err)
	}
	w := start(t, func(w *world) { w.clock = clock.Scaled(100) }, configured(func(c *sandbox.Config) {
		c.DeductAfter, c.DeductAgainAfter, c.NoUserLimits = 10*time.Second, 10*time.Second, true
	}))
	w.open(t, "PAID", "bob") // the order that answers are mistaken for
	w.finish(t, "PAID", 99)
	w.state(t, "PAID", "DONE")
	for _, s := range library.All() {
		t.Run(s.Name, func(t *testing.T) {
			w.control(t, http.MethodPost, "/control/wechat/scenarios/"+s.Name, nil, 200)
			no := s.Prefix + "00001"
			w.correctly(t, no, s.Visit)
			row := w.control(t, http.MethodGet, "/control/wechat/book/"+no, nil, 200)
			want := map[string]string{scenarios.Paid: "DONE", scenarios.Revoked: "REVOKED"}[s.Expect.State]
			if row["state"] != want || row["paid_amount"] != float64(s.Expect.PaidFen) {
				t.Errorf("the book has %v", row)
			}
			w.everyRuleStruck(t, s.Name)
		})
	}
}

// correctly makes the visit and waits until the provider says it is over.
func (w *world) correctly(t *testing.T, no string, visit scenarios.Visit) {
	t.Helper()
	body := w.createBody(no, w.face(t, "user of "+no, no)["openid"].(string))
	body["time_range"] = fieldsOf{"start_time": w.today()}
	w.insist(t, no, http.MethodPost, ordersPath, body)
	if visit.Ends == scenarios.Cancel {
		w.insist(t, no, http.MethodPost, ordersPath+"/"+no+"/cancel", cancelBody("x"))
	} else {
		w.insist(t, no, http.MethodPost, ordersPath+"/"+no+"/complete", completeBody(w.today(), int(visit.TotalFen)))
	}
	for deadline := time.Now().Add(20 * time.Second); ; {
		if state := w.insist(t, no, http.MethodGet, orderURI(no), nil)["state"]; state == "DONE" || state == "REVOKED" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s never ended", no)
		}
	}
}

// insist repeats a call, byte for byte, until its answer can be believed.
func (w *world) insist(t *testing.T, no, method, uri string, body any) map[string]any {
	t.Helper()
	var raw []byte
	if body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			t.Fatal(err)
		}
	}
	for range 20 {
		if r, err := w.send(w.client.request(method, uri, raw)); err == nil && r.status == 200 && r.bad == nil {
			if answer := r.json(t); answer["out_order_no"] == no {
				return answer
			}
		}
	}
	t.Fatalf("no sound answer to %s %s", method, uri)
	return nil
}

// everyRuleStruck waits until each rule of the scenario has happened: one that does not proves nothing.
func (w *world) everyRuleStruck(t *testing.T, name string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		var idle []string
		for _, r := range w.control(t, http.MethodGet, "/control/wechat/faults", nil, 200)["rules"].([]any) {
			if rule := r.(fieldsOf); rule["scenario"] == name && rule["hits"] == 0.0 {
				idle = append(idle, fmt.Sprint(rule["operation"], " ", rule["fault"]))
			}
		}
		if len(idle) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("never happened: %v", idle)
		}
	}
}

func TestAScenarioIsAppliedToAPrefixOfOnesOwnAndTakenBackRuleByRule(t *testing.T) {
	w := start(t)
	applied := w.control(t, http.MethodPost, "/control/wechat/scenarios/answer-of-nobody", fieldsOf{"out_order_no_prefix": "SHOP7"}, 200)
	rules := applied["rules"].([]any)
	if len(rules) != 4 || rules[0].(fieldsOf)["out_order_no_prefix"] != "SHOP7" || applied["expect"].(fieldsOf)["state"] != "paid" {
		t.Errorf("%v", applied)
	}
	if r := w.open(t, "SHOP71", "alice"); r.json(t)["out_order_no"] != "SHOP71x" {
		t.Errorf("%s", r.body)
	}
	if r := w.open(t, "NOBD1", "bob"); r.json(t)["out_order_no"] != "NOBD1" {
		t.Errorf("%s", r.body)
	}
	for _, r := range rules {
		w.control(t, http.MethodDelete, "/control/wechat/faults/"+r.(fieldsOf)["id"].(string), nil, 200)
	}
	if r := w.open(t, "SHOP72", "carol"); r.json(t)["out_order_no"] != "SHOP72" {
		t.Errorf("%s", r.body)
	}
	w.control(t, http.MethodPost, "/control/wechat/scenarios/none", nil, 404)
	w.control(t, http.MethodPost, "/control/wechat/scenarios/paid-by-hand", fieldsOf{"prefix": "X"}, 400)
	if all := w.control(t, http.MethodGet, "/control/wechat/scenarios", nil, 200)["scenarios"].([]any); len(all) < 20 || all[0].(fieldsOf)["title"].(fieldsOf)["zh"] == "" {
		t.Errorf("%v", all)
	}
}

func TestTheConfigurationPutsScenariosInForceForTheirOwnPrefix(t *testing.T) {
	own := filepath.Join(t.TempDir(), "mine.yaml")
	text := "name: mine\ntitle: {en: mine, zh: 我的}\nout_order_no_prefix: MINE\nfaults:\n  - {operation: create, fault: answer_of_nobody}\n" +
		"visit: {ends: cancel}\nexpect: {state: revoked, notes: {en: n, zh: 注}}\n"
	if err := os.WriteFile(own, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	w := start(t, configured(func(c *sandbox.Config) { c.Scenarios, c.ScenarioFiles = []string{"answer-of-nobody"}, []string{own} }))
	for no, want := range map[string]string{"NOBD1": "NOBD1x", "MINE1": "MINE1x", "PS1": "PS1"} {
		if r := w.open(t, no, "user of "+no); r.json(t)["out_order_no"] != want {
			t.Errorf("%s: %s", no, r.body)
		}
	}
	if _, err := sandbox.New(sandbox.Config{Merchants: w.config.Merchants, Scenarios: []string{"nobody-knows"}}, sandbox.Deps{}); err == nil {
		t.Error("an unknown scenario is taken")
	}
}

func TestTheReadmeListsEveryScenarioWithItsTitle(t *testing.T) {
	library, err := scenarios.Open()
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	want.WriteString("| scenario | prefix | the provider's misbehaviour | a correct client ends |\n|---|---|---|---|\n")
	for _, s := range library.All() {
		end := s.Expect.State
		if s.Expect.Alarm {
			end += ", a person is told"
		}
		fmt.Fprintf(&want, "| `%s` | %s | %s %s | %s |\n", s.Name, s.Prefix, s.Title.EN, s.Title.ZH, end)
	}
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(readme), "\n"+want.String()+"\n") {
		t.Errorf("the table must be\n%s", want.String())
	}
}
