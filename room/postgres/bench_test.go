package postgres_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/room"
)

// BenchmarkCommit measures one room's commits by ops per batch; the floor is a
// bare single-row insert and commit on the same database.
func BenchmarkCommit(b *testing.B) {
	for _, k := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("ops=%d", k), func(b *testing.B) {
			w := newWorld(b)
			clients := make([]room.ClientID, k)
			for i := range clients {
				clients[i] = newClient()
			}
			var plan *room.Plan
			seq := int64(0)
			session := w.linked(w.priya).Session
			cpu := w.processorTime()
			b.ResetTimer()
			for range b.N {
				seq++
				reqs := make([]room.Request, k)
				for i := range reqs {
					reqs[i] = w.request(clients[i], seq, w.priya, room.Shared, rename(w.first, title(clients[i], seq)))
					reqs[i].Session = session
				}
				next, result, err := w.store.Commit(context.Background(), plan, w.id, reqs)
				if err != nil || result.Verdicts[0].Err != nil {
					b.Fatal(err, result.Verdicts)
				}
				plan = next
			}
			cpu.report(b, b.N*k)
		})
	}
	b.Run("rooms=50", func(b *testing.B) { benchmarkRooms(b, 50) })
	b.Run("floor", func(b *testing.B) {
		w := newWorld(b)
		w.exec(`create table floor (n bigint, t text); grant insert on floor to parley_app`)
		cpu := w.processorTime()
		b.ResetTimer()
		for n := range b.N {
			if _, err := w.pool.Exec(context.Background(), `insert into floor values ($1, 'text')`, n); err != nil {
				b.Fatal(err)
			}
		}
		cpu.report(b, b.N)
	})
}

// benchmarkRooms measures commits of one op each in as many rooms at once.
func benchmarkRooms(b *testing.B, rooms int) {
	w := newWorld(b)
	worlds := make([]*world, rooms)
	for i := range worlds {
		worlds[i] = w.anotherRoom()
	}
	cpu := w.processorTime()
	b.ResetTimer()
	var writers sync.WaitGroup
	for _, w := range worlds {
		writers.Go(func() {
			client := newClient()
			var plan *room.Plan
			session := w.linked(w.priya).Session
			for seq := int64(1); seq <= int64(b.N); seq++ {
				req := w.request(client, seq, w.priya, room.Shared, rename(w.first, title(client, seq)))
				req.Session = session
				next, result, err := w.store.Commit(context.Background(), plan, w.id, []room.Request{req})
				if err != nil || result.Verdicts[0].Err != nil {
					b.Error(err, result.Verdicts)
					return
				}
				plan = next
			}
		})
	}
	writers.Wait()
	cpu.report(b, b.N*rooms)
}

// processorTime is how much of the processor this process and the backends of
// its database had used at a moment. Unlike time, it does not depend on what
// else the machine does.
type processorTime struct {
	w              *world
	here, database time.Duration
}

func (w *world) processorTime() processorTime {
	w.Helper()
	p := processorTime{w: w}
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		w.Fatal(err)
	}
	p.here = time.Duration(used.Utime.Nano() + used.Stime.Nano())
	admin, err := pgx.Connect(context.Background(), w.dsn) // the server's role sees nobody's
	if err != nil {
		w.Fatal(err)
	}
	defer func() { _ = admin.Close(context.Background()) }()
	rows, err := admin.Query(context.Background(), `select pid from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database() and backend_type = 'client backend'`)
	if err != nil {
		w.Fatal(err)
	}
	pids, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err != nil {
		w.Fatal(err)
	}
	for _, pid := range pids {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/schedstat", pid))
		if err != nil {
			w.Fatal(err)
		}
		var ns int64
		if _, err := fmt.Sscan(string(stat), &ns); err != nil {
			w.Fatal(err)
		}
		p.database += time.Duration(ns)
	}
	return p
}

// report adds what an op took since p to the benchmark's figures.
func (p processorTime) report(b *testing.B, ops int) {
	b.ReportMetric(float64(ops)/b.Elapsed().Seconds(), "ops/s")
	now := p.w.processorTime()
	b.ReportMetric(float64((now.here-p.here).Microseconds())/float64(ops), "server-µs/op")
	b.ReportMetric(float64((now.database-p.database).Microseconds())/float64(ops), "database-µs/op")
}
