// Command answers writes ANSWERS.md, the table of what WeChat's answers mean. It runs in the folder of the package
// wechatpay.
package main

import (
	"log"
	"os"
)

func main() {
	log.SetFlags(0)
	if err := os.WriteFile("ANSWERS.md", []byte(markdown()), 0o644); err != nil {
		log.Fatal(err)
	}
}
