//go:build linux

package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

// scenario is one question to the server.
type scenario struct {
	name string
	run  func(context.Context, *bench) error
}

// scenarios are in the order they run: memory last, as it restarts the server.
var scenarios = []scenario{
	{"latency", latency},
	{"plan", largePlan},
	{"throughput", throughput},
	{"fanout", fanout},
	{"watchers", watchers},
	{"cpu", cpu},
	{"idle", idle},
}

// options are the flags.
type options struct {
	out   string
	bin   string
	only  []string
	quick bool
	peers bool
	other string // address of a Centrifugo
	runs  int
	pin   bool
}

func main() {
	if floorMain() {
		return
	}
	o, err := parse(os.Args[1:])
	if err != nil {
		os.Exit(2) // the flag package has said why
	}
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err = run(ctx, o)
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func parse(args []string) (options, error) {
	var o options
	var only string
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.StringVar(&o.out, "out", "", "folder for the result file; empty: standard output")
	flags.StringVar(&o.bin, "bin", "", "server binary to measure; empty: build ./server")
	flags.StringVar(&only, "only", "", "scenarios to run, by comma: "+names(scenarios)+"; with -peers: "+names(peerScenarios)+"; empty: all")
	flags.BoolVar(&o.peers, "peers", false, "measure beside ShareDB, Hocuspocus and Socket.IO, from npm")
	flags.StringVar(&o.other, "centrifugo", "", "with -peers: host:port of a running Centrifugo whose clients may subscribe and publish without a token")
	flags.BoolVar(&o.quick, "quick", false, "small sizes, under a minute: shows that everything works, measures nothing")
	flags.IntVar(&o.runs, "runs", 0, "runs per figure; 0: 5, or 1 with -quick")
	flags.BoolVar(&o.pin, "pin", canPin(), "server, database and floors on core 0, generator on core 1")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if only != "" {
		o.only = strings.Split(only, ",")
	}
	for _, name := range o.only {
		if !slices.ContainsFunc(o.scenarios(), func(s scenario) bool { return s.name == name }) {
			return o, complain(flags, "-only names %q, which is no scenario", name)
		}
	}
	if flags.NArg() > 0 {
		return o, complain(flags, "%q is not a flag", flags.Arg(0))
	}
	return o, nil
}

// scenarios are those that the flags choose from.
func (o options) scenarios() []scenario {
	if o.peers {
		return peerScenarios
	}
	return scenarios
}

// names lists scenarios.
func names(scenarios []scenario) string {
	var out []string
	for _, s := range scenarios {
		out = append(out, s.name)
	}
	return strings.Join(out, ", ")
}

// complain says what is wrong with the flags, and how they are used.
func complain(flags *flag.FlagSet, format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	fmt.Fprintln(flags.Output(), err)
	flags.Usage()
	return err
}

// run measures and writes the result.
func run(ctx context.Context, o options) (err error) {
	began := time.Now()
	size := fullSize
	if o.quick {
		size = quickSize
	}
	if o.runs > 0 {
		size.runs = o.runs
	}
	b, err := newBench(ctx, size, o.bin, o.pin)
	if err != nil {
		return err
	}
	defer closing(&err, b.close)
	m, err := b.thisMachine(ctx)
	if err != nil {
		return err
	}
	a := about{at: began, command: strings.Join(append([]string{"go run ./bench"}, os.Args[1:]...), " "),
		version: sourceVersion(ctx), machine: m, size: size}
	if o.peers {
		b.centrifugoAt = o.other
		if err := b.measurePeers(ctx, o.only); err != nil {
			return err
		}
		a.took = time.Since(began)
		return publish(b.markdownPeers(a), o.out, began, fmt.Sprintf("%d-cores-peers", m.cores))
	}
	if err := b.measure(ctx, o.only); err != nil {
		return err
	}
	a.took = time.Since(began)
	return publish(markdown(a, b.rows, b.checks), o.out, began, fmt.Sprintf("%d-cores", m.cores))
}

// measure runs the scenarios, each verified against the log before the next.
func (b *bench) measure(ctx context.Context, only []string) error {
	if err := b.takeSample(ctx); err != nil {
		return fmt.Errorf("taking a sample: %w", err)
	}
	return b.runAll(ctx, scenarios, only)
}

// runAll runs the scenarios that only names, or all.
func (b *bench) runAll(ctx context.Context, scenarios []scenario, only []string) error {
	for _, s := range scenarios {
		if len(only) > 0 && !slices.Contains(only, s.name) {
			continue
		}
		start := time.Now()
		if err := s.run(ctx, b); err != nil {
			return fmt.Errorf("%s: %w; the server's log ends: %s", s.name, err, b.logEnd())
		}
		if err := b.verify(ctx); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		fmt.Fprintf(os.Stderr, "%s took %s\n", s.name, time.Since(start).Round(100*time.Millisecond))
	}
	return nil
}

// publish writes the result to a new file in dir, or to standard output.
func publish(result []byte, dir string, at time.Time, kind string) error {
	if dir == "" {
		_, err := os.Stdout.Write(result)
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("making the folder for results: %w", err)
	}
	path := resultFile(dir, at.Format(time.DateOnly), kind)
	if err := os.WriteFile(path, result, 0o644); err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	fmt.Println(path)
	return nil
}
