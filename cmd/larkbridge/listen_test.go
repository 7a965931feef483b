package main

import (
	"net"
	"net/http"
	"strings"
	"testing"
)

func TestListenSaysWhatToDo(t *testing.T) {
	l, err := listen("0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, taken, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, port := range []string{taken, "x", "-1", "65536", ""} {
		other, err := listen(port)
		if err == nil {
			other.Close()
			t.Errorf("port %q is opened", port)
		} else if !strings.Contains(err.Error(), "PORT") {
			t.Errorf("port %q: %v", port, err)
		}
	}
}

func TestSiteStops(t *testing.T) {
	l, err := listen("0")
	if err != nil {
		t.Fatal(err)
	}
	s := serve(l, http.NotFoundHandler())
	resp, err := http.Get(s.url)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	s.stop()
	if _, err := http.Get(s.url); err == nil {
		t.Error("it still answers")
	}
	select {
	case err := <-s.failed:
		t.Errorf("a stop counts as a failure: %v", err)
	default:
	}
}
