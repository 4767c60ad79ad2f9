package jump

import (
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strings"
)

// field is one parameter.
type field struct{ name, value string }

// Page is one page to open, for whoever may see it: it holds a token or a signature. It prints as its business type; take one
// of its three forms to send it.
type Page struct {
	business BusinessType
	fields   *[]field // behind a pointer, so that a struct that holds a Page prints an address at most
}

func page(to BusinessType, fields []field) Page { return Page{business: to, fields: &fields} }

// MiniProgram is the argument of wx.openBusinessView in a mini program.
type MiniProgram struct {
	BusinessType BusinessType      `json:"businessType"`
	ExtraData    map[string]string `json:"extraData"`
}

// H5 is the argument of wx.invoke('openBusinessView') of JSSDK 1.5.0, in a page inside WeChat 7.0.5 or later; err_code 0 is
// success there.
type H5 struct {
	BusinessType BusinessType `json:"businessType"`
	QueryString  string       `json:"queryString"`
}

// App is the request WXOpenBusinessView of openSDK (Android 5.3.1, iOS 1.8.4 or later).
type App struct {
	BusinessType BusinessType `json:"businessType"`
	Query        string       `json:"query"`
	ExtInfo      string       `json:"extInfo"`
}

// released asks for the released version of WeChat's mini program.
const released = `{"miniProgramType":0}`

// MiniProgram is the page for a mini program; its values are raw.
func (p Page) MiniProgram() MiniProgram {
	data := map[string]string{}
	for _, f := range p.all() {
		data[f.name] = f.value
	}
	return MiniProgram{BusinessType: p.business, ExtraData: data}
}

// H5 is the page for a web page inside WeChat.
func (p Page) H5() H5 { return H5{BusinessType: p.business, QueryString: p.query()} }

// App is the page for an app.
func (p Page) App() App { return App{BusinessType: p.business, Query: p.query(), ExtInfo: released} }

// BusinessType is the page to open; "" for the zero Page.
func (p Page) BusinessType() BusinessType { return p.business }

// query is k=v joined by &, values URL-encoded, in the order of the documents; a blank becomes %20, which every decoder
// reads alike.
func (p Page) query() string {
	parts := make([]string, 0, len(p.all()))
	for _, f := range p.all() {
		parts = append(parts, f.name+"="+strings.ReplaceAll(url.QueryEscape(f.value), "+", "%20"))
	}
	return strings.Join(parts, "&")
}

func (p Page) all() []field {
	if p.fields == nil {
		return nil
	}
	return *p.fields
}

// Format prints the business type only, whatever the verb.
func (p Page) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "jump "+string(p.business)) }

// LogValue is the business type only.
func (p Page) LogValue() slog.Value { return slog.StringValue("jump " + string(p.business)) }
