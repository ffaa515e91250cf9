import type { Effect, Pending, Replica, StreamReplica } from './model';
import type { Stream } from './types';

/**
 * Turn is one event being worked on: a replica that may still change, and the
 * effects so far. Only reduce makes one, and nothing keeps it afterwards.
 */
export class Turn {
  #replica: Replica;
  readonly effects: Effect[] = [];

  constructor(replica: Replica) {
    this.#replica = replica;
  }

  get replica(): Replica {
    return this.#replica;
  }

  /** set changes fields of the replica. */
  set(change: Partial<Replica>): void {
    this.#replica = { ...this.#replica, ...change };
  }

  stream(name: Stream): StreamReplica | undefined {
    return this.#replica.streams[name];
  }

  /** setStream changes fields of a stream that is there. */
  setStream(name: Stream, change: Partial<StreamReplica>): void {
    const stream = this.stream(name);
    if (stream === undefined) return;
    this.set({ streams: { ...this.#replica.streams, [name]: { ...stream, ...change } } });
  }

  /** mapPending replaces each pending op by what fn makes of it; null drops it. */
  mapPending(fn: (p: Pending) => Pending | null): void {
    let changed = false;
    const next: Pending[] = [];
    for (const p of this.#replica.pending) {
      const mapped = fn(p);
      if (mapped !== p) changed = true;
      if (mapped !== null) next.push(mapped);
    }
    if (changed) this.set({ pending: next });
  }

  /** setPending changes fields of one pending op. */
  setPending(key: number, change: Partial<Pending>): void {
    this.mapPending((p) => (p.key === key ? { ...p, ...change } : p));
  }

  dropPending(key: number): void {
    this.mapPending((p) => (p.key === key ? null : p));
  }

  /** sent finds the pending op that has this seq in the stream. */
  sent(stream: Stream, seq: number): Pending | undefined {
    return this.#replica.pending.find((p) => p.stream === stream && p.seq === seq);
  }

  effect(effect: Effect): void {
    this.effects.push(effect);
  }
}

/** newStream is a stream that is not being read yet. */
export function newStream(epoch: string, rev: number, more: Partial<StreamReplica> = {}): StreamReplica {
  return {
    epoch,
    rev,
    state: {},
    nextSeq: 1,
    live: false,
    joining: false,
    fetching: false,
    early: [],
    busy: false,
    behind: false,
    ...more,
  };
}
