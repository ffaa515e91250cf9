package main

import (
	"fmt"
	"io"
	"os"
)

// printBanner tells the person who started the server where to go. It is plain
// text on standard output, not in the log: the links are keys.
func printBanner(cfg config, links *demoLinks) { writeBanner(os.Stdout, cfg.PublicURL, links) }

func writeBanner(w io.Writer, origin string, links *demoLinks) {
	fmt.Fprintf(w, "\nParley is ready at %s\n", origin)
	if links != nil {
		fmt.Fprintf(w, `
The demo room, Northwind × Acme. Open two of these in two browsers:

  seller  Priya Nair, Northwind  %[1]s/join/%[2]s
  buyer   Marc Olsen, Acme       %[1]s/join/%[3]s
  watch   anybody, read only     %[1]s/s/%[4]s
`, origin, links.Seller, links.Buyer, links.Watch)
		if links.SignIn != "" {
			fmt.Fprintf(w, "  rooms   Priya's list of rooms  %s/signin/%s (works once)\n", origin, links.SignIn)
		}
	}
	fmt.Fprintf(w, "\nCtrl-C stops it; what was acknowledged is kept.\n\n")
}
