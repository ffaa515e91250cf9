import type { Kept, Pending, Replica, Saved } from './model';
import type { Turn } from './turn';
import { STREAMS, type Stream } from './types';

/** save is what of a replica survives a reload of the tab. */
export function save(replica: Replica): Saved {
  const seqs: { [stream in Stream]?: number } = {};
  const epochs: { [stream in Stream]?: string } = {};
  for (const name of STREAMS) {
    const stream = replica.streams[name];
    if (stream === undefined) continue;
    seqs[name] = stream.nextSeq;
    epochs[name] = stream.epoch;
  }
  const { client, owner, pending, nextKey, kept } = replica;
  return { v: 1, client, owner, seqs, epochs, pending, nextKey, kept };
}

/**
 * restore takes over what an earlier page of this tab had under way: its client
 * name, its seqs and its pending ops, which come before those of this page. An op
 * in a stream that the page did not bring along waits: the welcome opens the
 * stream, or gives the op back.
 */
export function restore(turn: Turn, saved: Saved): void {
  const kept = saved.pending.filter((p) => !arrived(turn, saved, p));
  const keys = new Set(kept.map((p) => p.key));
  const old = kept.map((p) => restored(turn, p, keys));
  const own = turn.replica.pending.map((p) => ({
    ...p,
    key: p.key + saved.nextKey,
    target: p.target === null ? null : p.target + saved.nextKey,
  }));
  for (const name of STREAMS) {
    const seq = saved.seqs[name];
    if (seq !== undefined) turn.setStream(name, { nextSeq: seq });
  }
  turn.set({
    client: saved.client,
    owner: saved.owner,
    pending: [...old, ...own],
    kept: saved.kept ?? [],
    nextKey: turn.replica.nextKey + saved.nextKey,
  });
}

// arrived: the page already brought the commit along.
function arrived(turn: Turn, saved: Saved, p: Pending): boolean {
  const stream = turn.stream(p.stream);
  return (
    p.state === 'acked' &&
    p.rev !== null &&
    stream !== undefined &&
    stream.epoch === saved.epochs[p.stream] &&
    p.rev <= stream.rev
  );
}

// restored asks again for the verdict of everything that was ever sent. A durable
// op in a stream that is not here stays so: the stream's snapshot will have it.
function restored(turn: Turn, p: Pending, keys: ReadonlySet<number>): Pending {
  const target = p.target !== null && keys.has(p.target) ? p.target : null;
  if (p.state === 'acked' && turn.stream(p.stream) === undefined) return { ...p, target };
  return { ...p, target, state: p.seq === null ? 'new' : 'again', rev: null };
}

/** readSaved checks what a storage returned: a tab may hold what another version wrote. */
export function readSaved(value: unknown): Saved | null {
  if (typeof value !== 'object' || value === null) return null;
  const saved = value as Partial<Saved>;
  const whole =
    saved.v === 1 &&
    typeof saved.client === 'string' &&
    (saved.owner === null || typeof saved.owner === 'string') &&
    typeof saved.nextKey === 'number' &&
    typeof saved.seqs === 'object' &&
    typeof saved.epochs === 'object' &&
    Array.isArray(saved.pending) &&
    saved.pending.every(isPending) &&
    (saved.kept === undefined || (Array.isArray(saved.kept) && saved.kept.every(isKept)));
  return whole ? withAuthors(saved as Saved) : null;
}

// withAuthors names the owner of the client as the author of ops that an earlier
// version wrote, which kept no author of each: they are not lost over an update.
function withAuthors(saved: Saved): Saved {
  const pending = saved.pending.map((p) => (p.by === undefined ? { ...p, by: saved.owner } : p));
  return { ...saved, pending };
}

function isKept(value: unknown): value is Kept {
  const kept = value as Partial<Kept> | null;
  return typeof kept?.client === 'string' && typeof kept.epoch === 'string' && isPending(kept.op);
}

function isPending(value: unknown): value is Pending {
  if (typeof value !== 'object' || value === null) return false;
  const p = value as Partial<Pending>;
  return (
    typeof p.key === 'number' &&
    (p.by === undefined || p.by === null || typeof p.by === 'string') &&
    STREAMS.includes(p.stream as Stream) &&
    Array.isArray(p.ops) &&
    typeof p.base === 'number' &&
    typeof p.at === 'string' &&
    (p.seq === null || typeof p.seq === 'number')
  );
}

/** unsent counts what the server has not confirmed yet. */
export function unsent(replica: Replica): number {
  return replica.pending.filter((p) => p.state !== 'acked' && !p.covered).length;
}
