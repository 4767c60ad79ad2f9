package face

import (
	"bytes"
	"encoding/xml"
	"io"
	"maps"
	"slices"

	"github.com/facepay-go/facepay/pkg/fault"
)

const (
	// MaxXML is the most bytes of a v2 message that are read.
	MaxXML = 64 << 10
	// maxFields is far above what any v2 message has.
	maxFields = 64
)

// EncodeXML writes the fields as <xml>…</xml>, in the order of their names, values escaped.
func EncodeXML(fields map[string]string) []byte {
	var b bytes.Buffer
	b.WriteString("<xml>")
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		b.WriteString("<" + name + ">")
		_ = xml.EscapeText(&b, []byte(fields[name])) // a bytes.Buffer does not fail
		b.WriteString("</" + name + ">")
	}
	b.WriteString("</xml>")
	return b.Bytes()
}

// ParseXML reads a flat <xml> message into its fields, unknown ones included: they take part in the signature (§2.2).
// A field that repeats, nests or carries a document type is refused, and so is a message above MaxXML. The error is
// Terminal and quotes nothing.
func ParseXML(raw []byte) (map[string]string, error) {
	if len(raw) > MaxXML {
		return nil, fault.New(fault.Terminal, "xml_too_large", "the message is larger than %d bytes", MaxXML)
	}
	p := flatParser{dec: xml.NewDecoder(bytes.NewReader(raw)), fields: map[string]string{}}
	for {
		token, err := p.dec.Token()
		if err == io.EOF {
			return p.result()
		}
		if err != nil || !p.take(token) {
			return nil, malformed()
		}
	}
}

func malformed() error {
	return fault.New(fault.Terminal, "xml_malformed", "the message is not one flat <xml> element")
}

// flatParser accepts one root "xml" whose children hold text only. encoding/xml resolves no external entity; document
// types are refused all the same.
type flatParser struct {
	dec    *xml.Decoder
	fields map[string]string
	depth  int
	name   string
	text   []byte
	roots  int
}

func (p *flatParser) take(token xml.Token) bool {
	switch t := token.(type) {
	case xml.StartElement:
		return p.open(t)
	case xml.EndElement:
		if p.depth == 2 {
			p.fields[p.name] = string(p.text)
		}
		p.depth--
		return true
	case xml.CharData:
		if p.depth == 2 {
			p.text = append(p.text, t...)
			return true
		}
		return len(bytes.TrimSpace(t)) == 0
	case xml.Directive:
		return false
	default: // comments and the <?xml?> header
		return true
	}
}

func (p *flatParser) open(t xml.StartElement) bool {
	p.depth++
	switch p.depth {
	case 1:
		p.roots++
		return t.Name.Local == "xml" && p.roots == 1
	case 2:
		p.name, p.text = t.Name.Local, nil
		_, repeated := p.fields[p.name]
		return !repeated && t.Name.Space == "" && len(p.fields) < maxFields
	default:
		return false
	}
}

func (p *flatParser) result() (map[string]string, error) {
	if p.roots != 1 {
		return nil, malformed()
	}
	return p.fields, nil
}
