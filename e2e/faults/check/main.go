// Command check judges a history that a run of package faults left, without
// running anything.
//
//	go run ./e2e/faults/check DIR
package main

import (
	"fmt"
	"os"

	"parley/e2e/faults"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: check DIR, the directory that a run of the fault tests named")
		os.Exit(2)
	}
	h, err := faults.Load(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	found := faults.Check(h)
	for _, v := range found {
		fmt.Println(v)
	}
	if len(found) > 0 {
		os.Exit(1)
	}
	fmt.Printf("%d events of %d clients: every invariant holds\n", len(h.Events), len(h.Clients))
}
