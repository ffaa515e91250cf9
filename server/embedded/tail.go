package embedded

import (
	"strings"
	"sync"
)

// tailBytes is how much of PostgreSQL's log is kept to explain a failure.
const tailBytes = 4 << 10

// tail is a writer that remembers the end of what was written.
type tail struct {
	mu    sync.Mutex // guards bytes
	bytes []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bytes = append(t.bytes, p...)
	if over := len(t.bytes) - tailBytes; over > 0 {
		t.bytes = append(t.bytes[:0], t.bytes[over:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.bytes))
}
