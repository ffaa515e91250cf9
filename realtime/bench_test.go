package realtime

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"parley/room"
)

// readerEnv makes the test binary a process of readers, so that the benchmarks
// below measure the server alone.
const readerEnv = "PARLEY_BENCH_READERS"

// readSockets opens sockets to an address ("raw" says without WebSocket), reads
// whatever comes and exits with its standard input.
func readSockets(spec string) {
	var count int
	var kind, addr, path string
	if _, err := fmt.Sscan(spec, &count, &kind, &addr, &path); err != nil {
		panic(err) // written by startReaders
	}
	var ready sync.WaitGroup
	for i := range count {
		nc, err := net.Dial("tcp", addr)
		if err != nil {
			fmt.Println("dial:", err)
			os.Exit(1)
		}
		ready.Add(1)
		go func() {
			br := bufio.NewReaderSize(nc, 16<<10)
			if kind == "ws" {
				enterRoom(nc, br, path, i)
			}
			ready.Done()
			_, _ = io.Copy(io.Discard, br)
		}()
		if i%200 == 0 {
			ready.Wait()
		}
	}
	ready.Wait()
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}

func enterRoom(nc net.Conn, br *bufio.Reader, path string, i int) {
	fmt.Fprintf(nc, "GET %s HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"+
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: parley.v1\r\n\r\n", path)
	if _, err := http.ReadResponse(br, nil); err != nil {
		fmt.Println("upgrade:", err)
		os.Exit(1)
	}
	hello := fmt.Sprintf(`{"t":"hello","v":1,"client":%q,"token":"watcher"}`, uid(0x10000+i))
	_, _ = nc.Write(frameBytesOf(opText1, true, len(hello), []byte(hello)))
	if _, err := br.Peek(2); err != nil {
		fmt.Println("welcome:", err)
		os.Exit(1)
	}
	ping := `{"t":"ping","n":1}` // as all do while they idle
	_, _ = nc.Write(frameBytesOf(opText1, true, len(ping), []byte(ping)))
}

func startReaders(b *testing.B, count int, kind, addr string) {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d %s %s /%s", readerEnv, count, kind, addr, testRoom))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || strings.TrimSpace(line) != "ready" {
		b.Fatalf("readers: %q %v", line, err)
	}
}

// benchBatch is one commit of about 300 bytes, as an edited due date is.
func benchBatch(rev room.Rev) *batch {
	body := strings.Replace(exampleCommit, `"rev":42`, `"rev":`+itoa(int64(rev)), 1)
	return newBatch(room.Shared, "e1", rev, []json.RawMessage{json.RawMessage(body)})
}

func processCPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // it has no other arguments
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkFanOut measures the CPU of delivering one commit to one member, beside
// that of writing the same bytes to a plain TCP connection, in turns. Target: at
// most twice.
func BenchmarkFanOut(b *testing.B) {
	const members = 500
	for _, burst := range []int{1, 16} {
		b.Run(fmt.Sprintf("burst=%d", burst), func(b *testing.B) {
			bench := newBench(b, setup{loopback: true, options: Options{MaxReads: 64, Log: slog.New(slog.DiscardHandler)}})
			startReaders(b, members, "ws", bench.addr)
			conns := rawConns(b, members)
			time.Sleep(time.Second)
			bench.store.setFail(func(string) error { return errStoreDown }) // it knows nothing of the commits below
			var ours, plain time.Duration
			b.ResetTimer()
			for range b.N {
				ours += cpuOf(func() { bench.deliver(burst, members) })
				plain += cpuOf(func() { writePlain(b, conns, burst) })
			}
			messages := float64(b.N * members * burst)
			b.ReportMetric(float64(ours.Nanoseconds())/1e3/messages, "µs-cpu/message")
			b.ReportMetric(float64(plain.Nanoseconds())/1e3/messages, "µs-cpu/plain-write")
			b.ReportMetric(float64(ours)/float64(plain), "ratio")
		})
	}
}

func cpuOf(f func()) time.Duration {
	start := processCPU()
	f()
	return processCPU() - start
}

// deliver adds commits and waits until all members have been written them.
func (b *bench) deliver(burst, members int) {
	c := b.hub.loaded()[0].channels[0]
	_, rev, _ := c.head()
	before := counted(b.hub.metrics.fanoutFrames)
	for i := range burst {
		c.add("e1", benchBatch(rev+1+room.Rev(i)))
	}
	for counted(b.hub.metrics.fanoutFrames)-before < float64(members*burst) {
		time.Sleep(time.Millisecond)
	}
}

func writePlain(b *testing.B, conns []net.Conn, burst int) {
	frame := benchBatch(1_000).frame
	frame = append([]byte{0x81, 126, byte(len(frame) >> 8), byte(len(frame))}, frame...)
	for range burst {
		for _, c := range conns {
			if _, err := c.Write(frame); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func rawConns(b *testing.B, count int) []net.Conn {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	var conns []net.Conn
	accepted := make(chan struct{})
	go func() {
		defer close(accepted)
		for range count {
			c, err := l.Accept()
			if err != nil {
				return
			}
			conns = append(conns, c)
		}
	}()
	startReaders(b, count, "raw", l.Addr().String())
	<-accepted
	b.Cleanup(func() {
		for _, c := range conns {
			_ = c.Close()
		}
	})
	return conns
}

func counted(c prometheus.Counter) float64 {
	var m dto.Metric
	if err := c.Write(&m); err != nil {
		panic(err) // a counter writes itself
	}
	return m.GetCounter().GetValue()
}

// BenchmarkIdleSocket measures what a member that does nothing costs. Target: at
// most 12 KB of resident memory.
func BenchmarkIdleSocket(b *testing.B) {
	const members = 5_000 // one round says it all, whatever b.N
	bench := newBench(b, setup{loopback: true, options: Options{MaxReads: 64}})
	before := resident()
	startReaders(b, members, "ws", bench.addr)
	time.Sleep(3 * time.Second)
	goroutines := runtime.NumGoroutine()
	b.ReportMetric(float64(resident()-before)/members/1024, "KB-rss/socket")
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapInuse)/members/1024, "KB-heap/socket")
	b.ReportMetric(float64(m.StackInuse)/members/1024, "KB-stack/socket")
	b.ReportMetric(float64(goroutines)/members, "goroutines/socket")
}

// resident returns the bytes of this process in memory.
func resident() int64 {
	for range 3 { // stacks shrink by half at a time
		runtime.GC()
	}
	debug.FreeOSMemory()
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		panic(err) // these benchmarks are for Linux
	}
	var total, pages int64
	if _, err := fmt.Sscan(string(data), &total, &pages); err != nil {
		panic(err) // the format is the kernel's
	}
	return pages * int64(os.Getpagesize())
}
