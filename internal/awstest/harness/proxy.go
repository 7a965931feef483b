package harness

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Proxy stands between the SDK and something that answers as AWS does. It
// counts calls by operation, makes chosen calls fail (see [Fault]) and runs
// DynamoDB's and S3's writes one at a time: moto's threads check a condition
// and write in two steps, which AWS does in one. A call that was forwarded is
// completed upstream even if its caller has died meanwhile.
type Proxy struct {
	upstream string
	url      string
	client   *http.Client
	server   *http.Server
	closed   chan struct{}

	writing sync.Mutex // held while a write is upstream

	mu     sync.Mutex
	calls  map[string]int
	faults []*Fault
}

// StartProxy runs a proxy on the loopback interface. The caller closes it.
func StartProxy(upstream string) (*Proxy, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the proxy: %w", err)
	}
	p := &Proxy{
		upstream: upstream,
		url:      "http://" + listener.Addr().String(),
		client:   &http.Client{Transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 64}},
		closed:   make(chan struct{}),
		calls:    make(map[string]int),
	}
	p.server = &http.Server{
		Handler:  http.HandlerFunc(p.serve),
		ErrorLog: log.New(io.Discard, "", 0), // clients killed in mid-call are what tests are for
	}
	go p.server.Serve(listener)
	return p, nil
}

// URL is the address clients use as AWS_ENDPOINT_URL.
func (p *Proxy) URL() string { return p.url }

// Close drops every connection, lets go of delayed and held calls without
// forwarding them, and stops the proxy. Call it once.
func (p *Proxy) Close() error {
	close(p.closed)
	err := p.server.Close()
	p.client.CloseIdleConnections()
	return err
}

// Calls returns how often each operation was called ("UpdateItem": 2) since
// the start or the last Reset. Calls that met a fault count too.
func (p *Proxy) Calls() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.calls)
}

// Inject makes calls fail from now on. A call meets the first fault injected
// that fits it, and only that one. The function returned takes the fault out
// again.
func (p *Proxy) Inject(f Fault) (remove func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	injected := &f
	p.faults = append(p.faults, injected)
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.drop(injected)
	}
}

// Reset forgets counts and faults.
func (p *Proxy) Reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = nil
	clear(p.calls)
}

// drop needs p.mu.
func (p *Proxy) drop(f *Fault) {
	p.faults = slices.DeleteFunc(p.faults, func(other *Fault) bool { return other == f })
}

func (p *Proxy) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the caller died while it sent
	}
	c := &Call{Header: r.Header, Body: body, proxy: p, request: r}
	c.Service, c.Operation = recognise(r, body)
	kind := p.meet(c)
	answer := kind(c)
	if answer == nil {
		panic(http.ErrAbortHandler) // closes the connection without an answer
	}
	maps.Copy(w.Header(), answer.Header)
	w.WriteHeader(answer.Status)
	w.Write(answer.Body)
}

// meet counts the call and returns what is to become of it.
func (p *Proxy) meet(c *Call) Kind {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls[c.Operation]++
	for _, f := range p.faults {
		if !f.fits(c) {
			continue
		}
		if f.Times > 0 {
			if f.Times--; f.Times == 0 {
				p.drop(f)
			}
		}
		return f.Kind
	}
	return (*Call).Forward
}

// wait reports false if the proxy was closed first.
func (p *Proxy) wait(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-p.closed:
		return false
	}
}

// forward sends the call upstream with the given body.
func (p *Proxy) forward(c *Call, body []byte) *Answer {
	if writes(c.Service, c.Operation) {
		p.writing.Lock()
		defer p.writing.Unlock()
	}
	r, err := http.NewRequest(c.request.Method, p.upstream+c.request.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		return badGateway(err)
	}
	r.Header = c.Header.Clone()
	r.Header.Del("Connection")
	r.Host = c.request.Host
	response, err := p.client.Do(r)
	if err != nil {
		return badGateway(err)
	}
	defer response.Body.Close()
	out, err := io.ReadAll(response.Body)
	if err != nil {
		return badGateway(err)
	}
	response.Header.Del("Connection")
	response.Header.Del("Transfer-Encoding")
	return &Answer{Status: response.StatusCode, Header: response.Header, Body: out}
}

// badGateway is what is answered when upstream is at fault, not the proxy.
func badGateway(err error) *Answer {
	return &Answer{Status: http.StatusBadGateway, Body: []byte(err.Error())}
}
