// Command describe writes asyncapi.yaml and EVENTS.md beside the .proto files. It runs in the folder of this module.
package main

import (
	"log"
	"os"

	"github.com/facepay-go/facepay/proto/contract/describe"
)

func main() {
	log.SetFlags(0)
	comments, err := describe.ReadComments(os.DirFS("."))
	if err != nil {
		log.Fatal(err)
	}
	for file, write := range map[string]func(describe.Comments) (string, error){"asyncapi.yaml": describe.AsyncAPI, "EVENTS.md": describe.Table} {
		text, err := write(comments)
		if err != nil {
			log.Fatalf("%s: %v", file, err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			log.Fatal(err)
		}
	}
}
