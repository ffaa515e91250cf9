package postgres_test

import (
	"context"
	"fmt"
	"testing"

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
			b.ResetTimer()
			for range b.N {
				seq++
				reqs := make([]room.Request, k)
				for i := range reqs {
					reqs[i] = w.request(clients[i], seq, w.priya, room.Shared, rename(w.first, title(clients[i], seq)))
				}
				next, result, err := w.store.Commit(context.Background(), plan, w.id, reqs)
				if err != nil || result.Verdicts[0].Err != nil {
					b.Fatal(err, result.Verdicts)
				}
				plan = next
			}
			b.ReportMetric(float64(b.N*k)/b.Elapsed().Seconds(), "ops/s")
		})
	}
	b.Run("floor", func(b *testing.B) {
		w := newWorld(b)
		if _, err := w.pool.Exec(context.Background(), `create table floor (n bigint, t text)`); err != nil {
			b.Fatal(err)
		}
		b.ResetTimer()
		for n := range b.N {
			if _, err := w.pool.Exec(context.Background(), `insert into floor values ($1, 'text')`, n); err != nil {
				b.Fatal(err)
			}
		}
	})
}
