//go:build !linux

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "bench: it measures through epoll and /proc; run it on Linux")
	os.Exit(2)
}
