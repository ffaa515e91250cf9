package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/room"
)

const (
	// askPause is how long an address is not mailed again because somebody typed
	// it once more: it may be somebody else's.
	askPause = 10 * time.Minute
	// confirmWithin is how long an asking may be answered.
	confirmWithin = 7 * 24 * time.Hour
	// keptTokens is how many mails back a mail's links work.
	keptTokens = 100
)

// liveSubscription is true of a subscription u whose link may be used.
const liveSubscription = `exists (select from links l where l.id = u.link_id and ` + openLink + `)`

const subscriptionColumns = `u.id::text, u.workspace_id::text, u.room_id::text, u.link_id::text, u.email, u.every,
	u.confirmed_at is not null, u.ended_at is not null, u.told_rev`

// AskUpdates notes that an address would like to be told, and returns the token
// to ask it with; "" when nothing is to be sent: it is told already, or was asked
// not long ago.
func (s *Store) AskUpdates(ctx context.Context, l room.Link, email, every string) (room.Subscription, string, error) {
	var sub room.Subscription
	var token string
	err := s.inOne(ctx, func(ctx context.Context, tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `insert into subscriptions as u (workspace_id, room_id, link_id, email, every) values ($1, $2, $3, $4, $5)
			on conflict (link_id, email) do update set every = excluded.every, asked_at = clock_timestamp(),
				confirmed_at = case when u.ended_at is null then u.confirmed_at end, ended_at = null
			where u.ended_at is not null and u.asked_at < clock_timestamp() - $6::interval
				or u.confirmed_at is null and u.asked_at < clock_timestamp() - $6::interval
			returning `+subscriptionColumns, l.Workspace, l.Room, l.ID, email, every, askPause)
		if err != nil {
			return err
		}
		sub, err = pgx.CollectExactlyOneRow(rows, scanSubscription)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		token, err = mintToken(ctx, tx, sub.ID)
		return err
	})
	return sub, token, wrap(err, "asking for updates")
}

// SubscriptionByToken returns the subscription that a mail's token names, while
// its link may be used; one that was ended too, so that its reader is told so.
func (s *Store) SubscriptionByToken(ctx context.Context, token string) (room.Subscription, error) {
	return s.subscription(ctx, `select `+subscriptionColumns+` from subscriptions u join subscription_tokens t on t.subscription_id = u.id
		where t.token_hash = $1 and `+liveSubscription, hashToken(token))
}

// ConfirmUpdates begins to tell an address, from where the room stands now. What
// was asked for too long ago is gone.
func (s *Store) ConfirmUpdates(ctx context.Context, token string) (room.Subscription, error) {
	return s.subscription(ctx, `update subscriptions u set confirmed_at = coalesce(u.confirmed_at, clock_timestamp()),
			told_rev = case when u.confirmed_at is null then h.shared else u.told_rev end,
			told_at = case when u.confirmed_at is null then clock_timestamp() else u.told_at end
		from subscription_tokens t, heads h
		where t.token_hash = $1 and t.subscription_id = u.id and h.room_id = u.room_id and u.ended_at is null
			and (u.confirmed_at is not null or u.asked_at > clock_timestamp() - $2::interval) and `+liveSubscription+`
		returning `+subscriptionColumns, hashToken(token), confirmWithin)
}

// EndUpdates ends the subscription that a mail's token names, whatever became of
// its link. Doing it again changes nothing.
func (s *Store) EndUpdates(ctx context.Context, token string) error {
	_, err := s.subscription(ctx, `update subscriptions u set ended_at = coalesce(u.ended_at, clock_timestamp())
		from subscription_tokens t where t.token_hash = $1 and t.subscription_id = u.id returning `+subscriptionColumns, hashToken(token))
	return err
}

// DueUpdates returns those who are to be told now, at most limit, and notes that
// they were: each is returned once, to one server. It is eight in the morning
// where the room is, of each day or each Monday.
func (s *Store) DueUpdates(ctx context.Context, now time.Time, limit int) ([]room.Subscription, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	rows, err := s.pool.Query(ctx, `update subscriptions u set told_at = $1 where u.id in (
			select d.id from subscriptions d join room_plans r on r.room_id = d.room_id and r.stream = 'shared'
			where d.confirmed_at is not null and d.ended_at is null
				and d.told_at < (date_trunc(case d.every when 'weekly' then 'week' else 'day' end, $1::timestamptz at time zone r.time_zone - interval '8 hours')
					+ interval '8 hours') at time zone r.time_zone
			order by d.told_at limit $2 for update of d skip locked)
			and `+liveSubscription+`
		returning `+subscriptionColumns, now, limit)
	if err != nil {
		return nil, wrap(err, "looking for who is to be told")
	}
	list, err := pgx.CollectRows(rows, scanSubscription)
	return list, wrap(err, "looking for who is to be told")
}

// MintMail returns a token for a mail to a subscription's address. What it came
// from may have ended since it was due: then the error has code gone.
func (s *Store) MintMail(ctx context.Context, id room.SubscriptionID) (token string, err error) {
	err = s.inOne(ctx, func(ctx context.Context, tx pgx.Tx) error {
		err = tx.QueryRow(ctx, `select from subscriptions u where u.id = $1 and u.ended_at is null and `+liveSubscription, id).Scan()
		if errors.Is(err, pgx.ErrNoRows) {
			return errGone()
		}
		if err == nil {
			token, err = mintToken(ctx, tx, id)
		}
		return err
	})
	return token, wrap(err, "making a mail's token")
}

// ToldUpdates notes up to which rev an address was told.
func (s *Store) ToldUpdates(ctx context.Context, id room.SubscriptionID, rev room.Rev) error {
	ctx, cancel := bound(ctx)
	defer cancel()
	_, err := s.pool.Exec(ctx, `update subscriptions set told_rev = greatest(told_rev, $2) where id = $1`, id, rev)
	return wrap(err, "noting what was told")
}

// mintToken makes a token and drops the oldest above keptTokens.
func mintToken(ctx context.Context, tx pgx.Tx, id room.SubscriptionID) (string, error) {
	token, hash := newToken()
	if _, err := tx.Exec(ctx, `insert into subscription_tokens (token_hash, workspace_id, subscription_id)
		select $1, workspace_id, id from subscriptions where id = $2`, hash, id); err != nil {
		return "", err
	}
	_, err := tx.Exec(ctx, `delete from subscription_tokens where token_hash in (
		select token_hash from subscription_tokens where subscription_id = $1 order by created_at desc offset $2)`, id, keptTokens)
	return token, err
}

// inOne runs do in a transaction.
func (s *Store) inOne(ctx context.Context, do func(context.Context, pgx.Tx) error) error {
	ctx, cancel := bound(ctx)
	defer cancel()
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error { return do(ctx, tx) })
}

// subscription runs a statement about the one that a mail's token names.
func (s *Store) subscription(ctx context.Context, sql string, args ...any) (room.Subscription, error) {
	looking, cancel := bound(system(ctx))
	defer cancel()
	rows, err := s.pool.Query(looking, sql, args...)
	if err != nil {
		return room.Subscription{}, wrap(err, "looking for a subscription")
	}
	sub, err := pgx.CollectExactlyOneRow(rows, scanSubscription)
	if errors.Is(err, pgx.ErrNoRows) {
		return room.Subscription{}, errGone()
	}
	if err == nil {
		adopt(ctx, sub.Workspace)
	}
	return sub, wrap(err, "looking for a subscription")
}

func scanSubscription(row pgx.CollectableRow) (room.Subscription, error) {
	var u room.Subscription
	err := row.Scan(&u.ID, &u.Workspace, &u.Room, &u.Link, &u.Email, &u.Every, &u.Confirmed, &u.Ended, &u.Told)
	return u, err
}
