//go:build linux

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// floorVariable tells this program to be a floor: a child process that stands
// where the server stands, on its core, and does the least that the work needs.
const floorVariable = "BENCH_FLOOR"

// floorMain runs as the floor that the environment names, and reports whether
// it names one.
func floorMain() bool {
	var err error
	switch name := os.Getenv(floorVariable); name {
	case "":
		return false
	case "fanout":
		err = serveFloor(newFanoutFloor)
	case "bare":
		err = serveBare()
	case "commit":
		err = serveFloor(newCommitFloor)
	default:
		err = fmt.Errorf("no floor is called %q", name)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench floor:", err)
		os.Exit(1)
	}
	return true
}

// floorOrder is one line of the parent to a floor. Which fields count depends
// on Do.
type floorOrder struct {
	Do        string        `json:"do"`
	DSN       string        `json:"dsn,omitempty"`
	Frame     []byte        `json:"frame,omitempty"`
	N         int           `json:"n,omitempty"`
	Rooms     int           `json:"rooms,omitempty"`
	PerSecond int           `json:"per_second,omitempty"`
	For       time.Duration `json:"for,omitempty"`
}

// floorReport is the one line of answer to an order.
type floorReport struct {
	Error   string          `json:"error,omitempty"`
	Addr    string          `json:"addr,omitempty"`
	N       int             `json:"n,omitempty"`
	Seconds float64         `json:"seconds,omitempty"`
	Took    []time.Duration `json:"took,omitempty"`
}

// floorWork carries out orders.
type floorWork interface {
	obey(o floorOrder) (floorReport, error)
}

// serveFloor obeys the orders on stdin until it ends.
func serveFloor(make func() (floorWork, error)) error {
	work, err := make()
	if err != nil {
		return err
	}
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var o floorOrder
		if err := in.Decode(&o); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return fmt.Errorf("reading an order: %w", err)
		}
		report, err := work.obey(o)
		if err != nil {
			report.Error = err.Error()
		}
		if err := out.Encode(report); err != nil {
			return fmt.Errorf("reporting: %w", err)
		}
	}
}

// floor is a running child, seen by the parent.
type floor struct {
	pid int
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// startFloor starts this program again as the named floor.
func startFloor(name string, pinned bool) (*floor, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding this program: %w", err)
	}
	f := &floor{cmd: onServerCore(pinned, self)}
	f.cmd.Env = append(cleanEnv(), floorVariable+"="+name)
	f.cmd.Stderr = os.Stderr
	out, err := f.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("preparing the floor %s: %w", name, err)
	}
	if f.in, err = f.cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("preparing the floor %s: %w", name, err)
	}
	if err := f.cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the floor %s: %w", name, err)
	}
	f.pid, f.out = f.cmd.Process.Pid, bufio.NewReader(out)
	return f, nil
}

// ask gives an order and waits for its report.
func (f *floor) ask(o floorOrder) (floorReport, error) {
	line, err := json.Marshal(o)
	if err != nil {
		return floorReport{}, fmt.Errorf("encoding an order: %w", err)
	}
	if _, err := f.in.Write(append(line, '\n')); err != nil {
		return floorReport{}, fmt.Errorf("ordering the floor to %s: %w", o.Do, err)
	}
	answer, err := f.out.ReadBytes('\n')
	if err != nil {
		return floorReport{}, fmt.Errorf("hearing from the floor about %s: %w", o.Do, err)
	}
	var report floorReport
	if err := json.Unmarshal(answer, &report); err != nil {
		return report, fmt.Errorf("decoding the floor's report on %s: %w", o.Do, err)
	}
	if report.Error != "" {
		return report, fmt.Errorf("the floor could not %s: %s", o.Do, report.Error)
	}
	return report, nil
}

// stop ends the child.
func (f *floor) stop() error {
	_ = f.in.Close() // its orders end, and so does it
	if err := f.cmd.Wait(); err != nil {
		return fmt.Errorf("stopping a floor: %w", err)
	}
	return nil
}
