package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"syscall"
	"time"
)

const defaultPort = "8787"

// stopTimeout is how long running requests may take after the server is stopped.
const stopTimeout = 3 * time.Second

// listen listens on a port of 127.0.0.1, on a free one for "0". Its error says what to
// do.
func listen(port string) (net.Listener, error) {
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return nil, errors.New("PORT must be a number from 0 to 65535")
	}
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", port))
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("port %s is in use: stop what uses it, or set PORT to another one", port)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot listen on port %s: %w; set PORT to another one", port, err)
	}
	return l, nil
}

// site is an HTTP server with its URL.
type site struct {
	url    string
	server *http.Server
	failed chan error // one, if it ends before stop
}

// siteURL returns the URL of what serves on l.
func siteURL(l net.Listener) string { return "http://" + l.Addr().String() }

func serve(l net.Listener, handler http.Handler) *site {
	s := &site{url: siteURL(l), failed: make(chan error, 1), server: &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      time.Minute, // send may wait for Lark
		IdleTimeout:       time.Minute,
		ErrorLog:          log.New(io.Discard, "", 0),
	}}
	go func() {
		if err := s.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.failed <- err
		}
	}()
	return s
}

// stop waits for running requests, then stops the server.
func (s *site) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	if s.server.Shutdown(ctx) != nil {
		_ = s.server.Close() // they had their time
	}
}
