package flood

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// forgery is one way to make a notification that must not be accepted.
type forgery struct {
	name string
	// weight is how often it comes, compared with the others; most have 100.
	weight int
	// unsendable: HTTP itself cannot carry it, so it goes to the handler only.
	unsendable bool
	make       func(*forger) delivery
}

// forger makes forgeries out of originals that were signed just now and are never delivered themselves. Its originals
// and its dice are those of one batch, so that a batch is the same for the same seed, except for keys and the time.
type forger struct {
	*rand.Rand
	site *site
	now  time.Time
	// originals are genuine, missealed signed by the right key over a wrong seal, foreign signed by a key nobody knows.
	originals, missealed, foreign []delivery
	// shelf is of notifications that are old by now.
	shelf []delivery
}

// genuine is one of the originals, ready to be changed.
func (f *forger) genuine() delivery { return f.pick(f.originals) }

func (f *forger) pick(from []delivery) delivery {
	d := from[f.IntN(len(from))]
	h := make(http.Header, len(d.header))
	for k, v := range d.header {
		h[k] = slices.Clone(v)
	}
	d.header = h
	return d
}

// two are different originals.
func (f *forger) two() (delivery, delivery) {
	i := f.IntN(len(f.originals))
	j := (i + 1 + f.IntN(len(f.originals)-1)) % len(f.originals)
	return f.pick(f.originals[i : i+1]), f.pick(f.originals[j : j+1])
}

func one[T any](f *forger, of ...T) T { return of[f.IntN(len(of))] }

func (d delivery) get(header string) string           { return d.header[header][0] }
func (d delivery) set(header, to string)              { d.header[header] = []string{to} }
func (d delivery) double(header string, to ...string) { d.header[header] = to }

// header changes one header of an original.
func header(name string, change func(*forger, string) string) func(*forger) delivery {
	return func(f *forger) delivery {
		d := f.genuine()
		d.set(name, change(f, d.get(name)))
		return d
	}
}

// body changes the body of an original.
func body(change func(*forger, []byte) []byte) func(*forger) delivery {
	return func(f *forger) delivery {
		d := f.genuine()
		d.body = change(f, bytes.Clone(d.body))
		return d
	}
}

// forgeries are all kinds. Not among them is what means the same to HTTP or to Base64 and is therefore genuine: names of
// headers in another case, blanks around a value, other spare bits in the last letter of a signature, line breaks in it.
func forgeries() []forgery {
	return slices.Concat(signatureForgeries(), headerForgeries(), bodyForgeries(), timeForgeries(), doorForgeries(), signedForgeries())
}

func signatureForgeries() []forgery {
	decoded := func(change func(*forger, []byte) []byte) func(*forger) delivery {
		return header(signatureHeader, func(f *forger, s string) string {
			raw, err := base64.StdEncoding.DecodeString(s)
			if err != nil {
				panic(err) // we wrote it
			}
			return base64.StdEncoding.EncodeToString(change(f, raw))
		})
	}
	const probe = "WECHATPAY/SIGNTEST/"
	return []forgery{
		{name: "signature: bit flipped", weight: 400, make: decoded(flip)},
		{name: "signature: bytes cut or added", weight: 100, make: decoded(func(f *forger, raw []byte) []byte {
			return one(f, raw[:f.IntN(len(raw))], append(raw, byte(f.Uint32())), append([]byte{0}, raw...), nil)
		})},
		{name: "signature: random", weight: 100, make: decoded(func(f *forger, raw []byte) []byte { return f.bytes(len(raw)) })},
		{name: "signature: letter changed, not Base64, doubled", weight: 100, make: header(signatureHeader, func(f *forger, s string) string {
			i := f.IntN(len(s) - 4)
			return one(f, s[:i]+string(s[i]^1)+s[i+1:], s[:i]+"!"+s[i+1:], s[:i+1]+" "+s[i+1:], s+s, s[:len(s)-1], swapCase(s))
		})},
		{name: "probe 签名探测", weight: 200, make: header(signatureHeader, func(f *forger, s string) string {
			return one(f, probe+s, probe+s[len(probe):], probe, s+probe, strings.ToLower(probe)+s, probe+probe+s, probe+word(f.Rand, 325), probe+" "+s)
		})},
		{name: "signature of another notification", weight: 100, make: func(f *forger) delivery {
			d, other := f.two()
			d.set(signatureHeader, other.get(signatureHeader))
			return d
		}},
		{name: "signed by a stranger under the true serial", weight: 100, make: func(f *forger) delivery { return f.pick(f.foreign) }},
	}
}

func headerForgeries() []forgery {
	four := []string{timestampHeader, nonceHeader, serialHeader, signatureHeader}
	return []forgery{
		{name: "header missing or empty", weight: 100, make: func(f *forger) delivery {
			d := f.genuine()
			name := one(f, four...)
			if d.set(name, ""); f.IntN(2) == 0 {
				delete(d.header, name)
			}
			return d
		}},
		{name: "headers of another notification", weight: 100, make: func(f *forger) delivery {
			d, other := f.two()
			d.header = other.header
			return d
		}},
		{name: "one header of another notification", weight: 100, make: func(f *forger) delivery {
			d, other := f.two()
			d.set(nonceHeader, other.get(nonceHeader))
			return d
		}},
		{name: "header twice, one of each notification", weight: 100, make: func(f *forger) delivery {
			d, other := f.two()
			for _, name := range []string{nonceHeader, signatureHeader} { // the pair fits neither body
				d.double(name, other.get(name), d.get(name))
			}
			d.body = append(bytes.Clone(d.body), ' ')
			return d
		}},
		{name: "timestamp twice, old and fresh", weight: 100, make: func(f *forger) delivery {
			d := f.pick(f.shelf)
			fresh, old := strconv.FormatInt(f.now.Unix(), 10), d.get(timestampHeader)
			d.double(timestampHeader, one(f, []string{fresh, old}, []string{old, fresh})...)
			return d
		}},
		{name: "serial twice, true and a stranger's", weight: 100, make: func(f *forger) delivery {
			d := f.pick(f.foreign)
			d.double(serialHeader, one(f, []string{mainSerial, "PUB_KEY_ID_9"}, []string{"PUB_KEY_ID_9", mainSerial})...)
			return d
		}},
		{name: "nonce changed", weight: 200, make: header(nonceHeader, func(f *forger, s string) string {
			i := 1 + f.IntN(len(s)-1)
			return one(f, s[:i]+string(s[i]^1)+s[i+1:], s+s, s[:i], s+"0", "0"+s, s[:i]+" "+s[i:], reversed(s))
		})},
		{name: "serial: unknown, the other key's, another account's", weight: 200, make: header(serialHeader, func(f *forger, s string) string {
			return one(f, spareSerial, otherSerial, "PUB_KEY_ID_0", word(f.Rand, 40), s+s, s[:len(s)-1], s+","+s, "null", "*")
		})},
		// The signed text is the same, cut elsewhere: what is left of the body is no notification.
		{name: "boundary of nonce and body moved", weight: 100, unsendable: true, make: func(f *forger) delivery {
			d := f.genuine()
			cut := 1 + f.IntN(len(d.body)-1)
			d.set(nonceHeader, d.get(nonceHeader)+"\n"+string(d.body[:cut]))
			d.body = d.body[cut:]
			return d
		}},
	}
}

func bodyForgeries() []forgery {
	return []forgery{
		{name: "body: bit flipped", weight: 400, make: body(flip)},
		{name: "body: bytes cut, doubled or inserted", weight: 100, make: body(func(f *forger, b []byte) []byte {
			i := f.IntN(len(b))
			return one(f, b[:i], b[i+1:], slices.Concat(b, b), slices.Concat(b[:i], f.bytes(1), b[i:]))
		})},
		{name: "body: bytes behind its end", weight: 100, make: body(func(f *forger, b []byte) []byte {
			return append(b, one(f, "\n", " ", "\x00", "}", "{}", ",", "\r\n", "//", word(f.Rand, 1+f.IntN(100)))...)
		})},
		{name: "body: empty", weight: 100, make: body(func(*forger, []byte) []byte { return nil })},
		{name: "body: parsed and printed again", weight: 100, make: body(func(f *forger, b []byte) []byte {
			var again bytes.Buffer
			if err := json.Indent(&again, b, "", one(f, "", " ", "\t")); err != nil {
				panic(err) // we wrote it
			}
			return again.Bytes()
		})},
		{name: "body: of another notification", weight: 200, make: func(f *forger) delivery {
			d, other := f.two()
			d.body = other.body
			return d
		}},
		{name: "body: random", weight: 50, make: body(func(f *forger, b []byte) []byte { return f.bytes(len(b)) })},
		{name: "body: a mebibyte and more", weight: 1, make: body(func(f *forger, b []byte) []byte {
			return append(b, bytes.Repeat([]byte(" "), 1<<20+f.IntN(1<<16))...)
		})},
	}
}

func timeForgeries() []forgery {
	return []forgery{
		{name: "timestamp moved within the window", weight: 200, make: header(timestampHeader, func(f *forger, s string) string {
			at, err := strconv.ParseInt(s, 10, 64)
			if err != nil {
				panic(err) // we wrote it
			}
			return strconv.FormatInt(at+int64(one(f, 1, -1)*(1+f.IntN(299))), 10)
		})},
		{name: "timestamp written otherwise", weight: 100, make: header(timestampHeader, func(f *forger, s string) string {
			return one(f, "+"+s, "0"+s, "-"+s, s+".0", s+"000", s[:5]+" "+s[5:], "0x"+s, "1e9", s+"s", "９"+s[1:], strings.Repeat("9", 30), "0", f.now.Format(time.RFC3339))
		})},
		{name: "an old one again, 5 minutes to a year later", weight: 300, make: func(f *forger) delivery { return f.pick(f.shelf) }},
		{name: "an old one again with a fresh timestamp", weight: 200, make: func(f *forger) delivery {
			d := f.pick(f.shelf)
			d.set(timestampHeader, strconv.FormatInt(f.now.Unix(), 10))
			return d
		}},
	}
}

func doorForgeries() []forgery {
	return []forgery{
		{name: "door of another account", weight: 200, make: func(f *forger) delivery {
			d := f.genuine()
			d.path = f.site.other.door
			return d
		}},
		{name: "door of nobody", weight: 100, make: func(f *forger) delivery {
			d := f.genuine()
			d.path = one(f, doorOf+"wx-nobody", doorOf+"WX-MAIN", doorOf+"wx-main2", doorOf, "/", d.path+"/", d.path+"/x", "/v2/notify/wechat/wx-main", doorOf+"%2e%2e/wx-main")
			return d
		}},
		{name: "another method", weight: 50, make: func(f *forger) delivery {
			d := f.genuine()
			d.method = one(f, http.MethodGet, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, "post")
			return d
		}},
	}
}

// bytes are n random ones.
func (f *forger) bytes(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(f.Uint32())
	}
	return b
}

func flip(f *forger, b []byte) []byte {
	b[f.IntN(len(b))] ^= 1 << f.IntN(8)
	return b
}

func swapCase(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r - 32
		}
		if r >= 'A' && r <= 'Z' {
			return r + 32
		}
		return r
	}, s)
}

func reversed(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}
