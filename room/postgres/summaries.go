package postgres

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/room"
)

// Standings returns where a workspace's rooms stand, in one query: those that
// people are at work on, or those that are closed. Asker is the account that asks,
// "" for none.
func (s *Store) Standings(ctx context.Context, ws room.WorkspaceID, asker room.AccountID, closed bool) ([]room.Standing, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	var out []room.Standing
	err := s.pool.AcquireFunc(ctx, func(conn *pgxpool.Conn) error {
		rows, err := conn.Query(ctx, `select r.id::text, h.epoch, h.shared, r.created_at,
				(select max(l.last_used_at) from links l where l.room_id = r.id and l.side = 'buyer'),
				coalesce(a.participant::text, ''), coalesce(a.founder, false)
			from rooms r join heads h on h.room_id = r.id join room_plans p on p.room_id = r.id and p.stream = 'shared'
				left join room_accounts a on a.room_id = r.id and a.account_id = nullif($3, '')::uuid
			where r.workspace_id = $1 and (p.status in ('won', 'lost', 'archived')) = $2`, ws, closed, asker)
		if err != nil {
			return err
		}
		out, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (room.Standing, error) {
			var st room.Standing
			var epoch int
			var came *time.Time
			err := row.Scan(&st.ID, &epoch, &st.Rev, &st.Made, &came, &st.Asker, &st.Founder)
			st.Epoch = epochOn(conn.Conn(), epoch)
			if came != nil {
				st.CameIn = *came
			}
			return st, err
		})
		return err
	})
	return out, wrap(err, "looking where the rooms of workspace %s stand", ws)
}

// summariesAtOnce is how many rooms are read in one round trip: some megabytes.
const summariesAtOnce = 200

// Summaries reads the lines of rooms of a workspace, with their shared plans as
// far as dates go. Rooms that are not there, or not the workspace's, are left out.
func (s *Store) Summaries(ctx context.Context, ws room.WorkspaceID, ids []room.ID) ([]room.Summary, error) {
	var out []room.Summary
	for part := range slices.Chunk(ids, summariesAtOnce) {
		list, err := s.summaries(ctx, ws, part)
		if err != nil {
			return nil, wrap(err, "reading %d rooms", len(part))
		}
		out = append(out, list...)
	}
	return out, nil
}

func (s *Store) summaries(ctx context.Context, ws room.WorkspaceID, ids []room.ID) ([]room.Summary, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	rows, err := s.pool.Query(ctx, `select r.room_id::text, r.name, r.buyer_company, r.seller_company, r.status, r.time_zone, coalesce(r.go_live::text, ''),
			coalesce((select f.body->>'by' from activity f where f.room_id = r.room_id and f.stream = 'shared' and f.rev = 1), ''), `+buyersCommit+`
		from room_plans r
		where r.workspace_id = $1 and r.room_id = any($2::text[]::uuid[]) and r.stream = 'shared'`, ws, ids, visitCommits)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (room.Summary, error) {
		var r room.Summary
		var changed *time.Time
		err := row.Scan(&r.ID, &r.Name, &r.BuyerCompany, &r.SellerCompany, &r.Status, &r.TimeZone, &r.GoLive, &r.Founder, &changed)
		if changed != nil {
			r.Changed = *changed
		}
		return r, err
	})
	if err != nil {
		return nil, err
	}
	return list, s.addPlans(ctx, list)
}

// buyersCommit is when the buyer's side last changed the shared plan of a room r.
const buyersCommit = `(select a.at from (select rev, at, body from activity where room_id = r.room_id and stream = 'shared' order by rev desc limit $3) a
	join participants p on p.room_id = r.room_id and p.stream = 'shared' and p.side = 'buyer' and p.id::text = a.body->>'by'
	order by a.rev desc limit 1)`

// datedEntities are those that a view of a plan's dates is made of.
var datedEntities = []room.Entity{room.RoomEntity, room.Participant, room.RoleSlot, room.Phase, room.Milestone, room.Dependency}

// datedSelects reads such records of many rooms, without their long texts.
var datedSelects = func() map[room.Entity]string {
	out := map[room.Entity]string{}
	for _, e := range datedEntities {
		out[e] = fmt.Sprintf(`select t.room_id::text, t.id::text,
			jsonb_strip_nulls(to_jsonb(t) - '{room_id,workspace_id,stream,id,marks,description,purpose,compelling_event}'::text[])
			from %s t where t.room_id = any($1::text[]::uuid[]) and t.stream = 'shared'`, room.SchemaOf(e).Table)
	}
	return out
}()

// addPlans reads the rooms' shared plans, as far as their dates go.
func (s *Store) addPlans(ctx context.Context, list []room.Summary) error {
	ids := make([]string, len(list))
	plans := make(map[string]*room.Plan, len(list))
	for i := range list {
		ids[i] = string(list[i].ID)
		list[i].Plan = room.NewPlan(list[i].ID, "")
		plans[ids[i]] = list[i].Plan
	}
	var b pgx.Batch
	for _, e := range datedEntities {
		b.Queue(datedSelects[e], ids).Query(func(rows pgx.Rows) error {
			for rows.Next() {
				var id string
				var rec room.Record
				var fields []byte
				if err := rows.Scan(&id, &rec.ID, &fields); err != nil {
					return err
				}
				var err error
				if rec.Fields, err = decodeFields(e, fields); err != nil {
					return fmt.Errorf("reading %s %s: %w", e, rec.ID, err)
				}
				state := plans[id].Streams[room.Shared]
				if state[e] == nil {
					state[e] = room.Records{}
				}
				state[e][rec.ID] = &rec
			}
			return rows.Err()
		})
	}
	return s.pool.SendBatch(ctx, &b).Close()
}
