package bus

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"sync"
)

// Memory is the in-memory implementation of [EventBridge]: it keeps the entries that are
// published and passes them to its rules. It is also a [Blobs].
type Memory struct {
	mu      sync.Mutex
	entries []Entry
	blobs   map[string][]byte
	rules   []func(Entry)
}

// Rule calls target for every entry from now on, in the publisher's
// goroutine.
func (m *Memory) Rule(target func(Entry)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rules = append(m.rules, target)
}

// Publish keeps the entry and calls the rules.
func (m *Memory) Publish(_ context.Context, e Entry) (string, error) {
	m.mu.Lock()
	m.entries = append(m.entries, e)
	id, rules := strconv.Itoa(len(m.entries)), slices.Clone(m.rules)
	m.mu.Unlock()
	for _, target := range rules {
		target(e)
	}
	return id, nil
}

// Entries returns what has been published, in order.
func (m *Memory) Entries() []Entry {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.entries)
}

// Create keeps a large detail.
func (m *Memory) Create(_ context.Context, bucket, key string, body io.Reader, _ int64, _ string) error {
	content, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.blobs == nil {
		m.blobs = map[string][]byte{}
	}
	m.blobs[bucket+"/"+key] = content
	return nil
}

// Open begins to read a large detail.
func (m *Memory) Open(_ context.Context, bucket, key string) (io.ReadCloser, int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	content, ok := m.blobs[bucket+"/"+key]
	if !ok {
		return nil, 0, fmt.Errorf("there is no %s/%s", bucket, key)
	}
	return io.NopCloser(bytes.NewReader(content)), int64(len(content)), nil
}
