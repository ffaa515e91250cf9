package faults

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// historyFile is the name of a history in the directory of its run.
const historyFile = "history.jsonl"

// Recorder writes a run's history. It is safe for concurrent use; the order in
// the file is that of the calls.
type Recorder struct {
	began time.Time

	mu   sync.Mutex // guards the fields below
	file *os.File
	out  *bufio.Writer
	err  error
}

// NewRecorder begins a history in dir.
func NewRecorder(dir string) (*Recorder, error) {
	file, err := os.Create(filepath.Join(dir, historyFile))
	if err != nil {
		return nil, fmt.Errorf("beginning the history: %w", err)
	}
	return &Recorder{began: time.Now(), file: file, out: bufio.NewWriterSize(file, 1<<20)}, nil
}

// Write adds an event, with the present time unless it has one.
func (r *Recorder) Write(e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e.At == 0 {
		e.At = int64(time.Since(r.began)) // under the lock, so that the file is in order of time
	}
	line, err := json.Marshal(e)
	if err == nil {
		_, err = r.out.Write(append(line, '\n'))
	}
	if r.err == nil {
		r.err = err
	}
}

// Close returns the first error of any write.
func (r *Recorder) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, err := range []error{r.out.Flush(), r.file.Close()} {
		if r.err == nil {
			r.err = err
		}
	}
	return r.err
}
