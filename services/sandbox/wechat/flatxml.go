package wechat

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"github.com/facepay-go/facepay/pkg/fault"
)

var errFlatXML = fault.New(fault.Terminal, "xml", "not a flat XML document")

// parseFlatXML reads a v2 body: one root with text-only children, which become a map (wechat-protocol.md §2.2). Anything
// else, a repeated name too, is an error of class Terminal. encoding/xml resolves no external entities.
func parseFlatXML(body []byte) (map[string]string, error) {
	d := xml.NewDecoder(bytes.NewReader(body))
	values := map[string]string{}
	var path []string
	var text strings.Builder
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) && len(path) == 0 && len(values) > 0 {
			return values, nil
		}
		if err != nil {
			return nil, errFlatXML
		}
		switch t := token.(type) {
		case xml.StartElement:
			path = append(path, t.Name.Local)
			text.Reset()
		case xml.CharData:
			text.Write(t)
		case xml.EndElement:
			name := path[len(path)-1]
			if _, twice := values[name]; len(path) > 2 || len(path) == 2 && twice {
				return nil, errFlatXML
			}
			if len(path) == 2 {
				values[name] = text.String()
			}
			path = path[:len(path)-1]
		}
	}
}

// flatXML writes fields in the given order with CDATA, as real answers are; empty values are left out.
func flatXML(fields [][2]string) []byte {
	var b bytes.Buffer
	b.WriteString("<xml>")
	for _, f := range fields {
		if f[1] == "" {
			continue
		}
		b.WriteString("<" + f[0] + "><![CDATA[" + strings.ReplaceAll(f[1], "]]>", "]]]]><![CDATA[>") + "]]></" + f[0] + ">")
	}
	b.WriteString("</xml>")
	return b.Bytes()
}
