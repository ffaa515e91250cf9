package oidc

import (
	"fmt"
	"io"
	"net/http"
)

// longestAnswer bounds what is read of an answer: a set of keys is a few kB.
const longestAnswer = 1 << 20

// newClient returns the client by which the provider is asked. It follows no
// redirect: that could lead the client's secret elsewhere.
func newClient() *http.Client {
	return &http.Client{
		Timeout: patience, Transport: bounded{},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// bounded cuts answers off that are longer than any that there is use for.
type bounded struct{}

// RoundTrip asks as the default transport does.
func (bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := http.DefaultTransport.RoundTrip(r)
	if err == nil {
		res.Body = &boundedBody{ReadCloser: res.Body, left: longestAnswer}
	}
	return res, err
}

type boundedBody struct {
	io.ReadCloser
	left int
}

// Read fails when there is more than anybody should read.
func (b *boundedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= n; b.left < 0 {
		return 0, fmt.Errorf("the answer is longer than %d bytes", longestAnswer)
	}
	return n, err
}
