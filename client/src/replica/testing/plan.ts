import type { ServerFrame } from '../frames';
import type { Effect, Notice, Replica, ReplicaEvent } from '../model';
import { predict } from '../predict';
import { create, reduce } from '../replica';
import { show } from '../shown';
import { record } from '../state';
import type { Change, Commit, Op, Snapshot, Stream } from '../types';

export const AT = '2026-10-22T10:00:00.000000Z';
export const ANN = { id: 'ann', name: 'Ann Lee', side: 'seller', access: 'editor' } as const;

/** SHARED is a plan with two phases, three milestones, and everything a milestone can have. */
export const SHARED: Snapshot = {
  entities: {
    room: [
      {
        id: 'room',
        name: 'Northwind × Acme',
        buyer_company: 'Acme',
        seller_company: 'Northwind',
        time_zone: 'Europe/Oslo',
        status: 'active',
        go_live: '2026-12-01',
      },
    ],
    participant: [
      { id: 'ann', name: 'Ann Lee', side: 'seller', access: 'editor', state: 'active' },
      { id: 'marc', name: 'Marc Olsen', side: 'buyer', access: 'editor', state: 'active' },
    ],
    role_slot: [
      { id: 'legal', side: 'buyer', label: 'Acme legal' },
      { id: 'it', side: 'buyer', label: 'Acme IT', filled_by: 'marc' },
    ],
    phase: [
      { id: 'p2', name: 'Launch', pos: 'a1' },
      { id: 'p1', name: 'Evaluate', pos: 'a0' },
    ],
    milestone: [
      {
        id: 'm1',
        phase: 'p1',
        title: 'Legal review',
        status: 'in_progress',
        visibility: 'shared',
        pos: 'a0',
        due: '2026-10-10',
        seller_owner: 'ann',
        buyer_owner: 'legal',
      },
      {
        id: 'm2',
        phase: 'p1',
        title: 'Security',
        status: 'not_started',
        visibility: 'shared',
        pos: 'a1',
        due: '2026-10-30',
        buyer_owner: 'it',
      },
      {
        id: 'm3',
        phase: 'p2',
        title: 'Go-live',
        status: 'not_started',
        visibility: 'shared',
        pos: 'a0',
        due: '2026-12-01',
        is_go_live: true,
      },
    ],
    criterion: [
      { id: 'c1', milestone: 'm1', text: 'Signed', pos: 'a0', met_at: AT, met_by: 'marc' },
      { id: 'c2', milestone: 'm1', text: 'Counter-signed', pos: 'a1' },
    ],
    task: [
      {
        id: 't1',
        milestone: 'm1',
        title: 'Send the draft',
        pos: 'a0',
        visibility: 'shared',
        owner: 'ann',
        due: '2026-10-01',
      },
    ],
    dependency: [{ id: 'd1', from: 'm1', to: 'm2' }],
    comment: [
      { id: 'k1', body: 'Hello', at: '2026-10-01T10:00:00.000000Z', author: 'marc', visibility: 'shared' },
      {
        id: 'k2',
        on: { entity: 'milestone', id: 'm1' },
        body: 'Final?',
        at: '2026-10-02T10:00:00.000000Z',
        author: 'ann',
        visibility: 'shared',
        resolved_at: AT,
      },
    ],
  },
};

/** SELLER is what the seller's side has beside it: notes, a private milestone between two shared ones. */
export const SELLER: Snapshot = {
  entities: {
    room: [{ id: 'room', amount: '125000.00', currency: 'EUR' }],
    participant: [{ id: 'marc', email: 'marc@acme.example', buying_role: 'champion' }],
    milestone: [
      {
        id: 'x1',
        phase: 'p1',
        title: 'Discount approval',
        status: 'not_started',
        visibility: 'seller_only',
        pos: 'a0V',
      },
    ],
    comment: [
      {
        id: 'k3',
        on: { entity: 'milestone', id: 'm1' },
        body: 'Careful',
        at: '2026-10-03T10:00:00.000000Z',
        author: 'ann',
        visibility: 'seller_only',
      },
    ],
  },
};

/** Desk drives a replica by hand and keeps what it asked for. */
export class Desk {
  replica: Replica;
  effects: Effect[] = [];

  constructor(replica: Replica) {
    this.replica = replica;
  }

  dispatch(event: ReplicaEvent): this {
    const step = reduce(this.replica, event);
    this.replica = step.replica;
    this.effects.push(...step.effects);
    return this;
  }

  frame(frame: ServerFrame): this {
    return this.dispatch({ kind: 'frame', frame });
  }

  propose(stream: Stream, ...ops: Op[]): this {
    return this.dispatch({ kind: 'propose', stream, ops, group: ops.length > 1, at: AT });
  }

  setTitle(title: string, id = 'm1'): this {
    return this.propose('shared', { kind: 'milestone.update', id, set: { title } });
  }

  undo(): this {
    return this.dispatch({ kind: 'undo', at: AT });
  }

  redo(): this {
    return this.dispatch({ kind: 'redo', at: AT });
  }

  /** live joins the streams where they stand. */
  live(seq = 0): this {
    for (const [name, stream] of Object.entries(this.replica.streams)) {
      if (stream === undefined) continue;
      this.frame({
        t: 'joined',
        stream: name as Stream,
        epoch: stream.epoch,
        rev: stream.rev,
        seq,
        resumed: true,
      });
    }
    return this;
  }

  ack(seq: number, rev: number): this {
    return this.frame({ t: 'ack', stream: 'shared', seq, rev });
  }

  commits(...commits: Commit[]): this {
    const [from, to] = [commits[0]?.rev ?? 0, commits.at(-1)?.rev ?? 0];
    return this.frame({ t: 'commits', stream: 'shared', epoch: 'e1', from, to, commits });
  }

  sent<T extends string>(t: T): Extract<Effect, { kind: 'send' }>['frame'][] {
    return this.effects.flatMap((effect) =>
      effect.kind === 'send' && effect.frame.t === t ? [effect.frame] : [],
    );
  }

  notices(): Notice[] {
    return this.effects.flatMap((effect) => (effect.kind === 'notice' ? [effect.notice] : []));
  }
}

/** desk is Ann's tab at rev 10 of the shared and rev 4 of the seller stream. */
export function desk(): Desk {
  return new Desk(
    create('c1', ANN, [
      { stream: 'shared', epoch: 'e1', rev: 10, snapshot: SHARED },
      { stream: 'seller', epoch: 'e1', rev: 4, snapshot: SELLER },
    ]),
  );
}

/** titled is a commit that gives a milestone another title. */
export function titled(rev: number, title: string, was: string, more: Partial<Commit> = {}): Commit {
  const change: Change = { entity: 'milestone', id: 'm1', set: { title }, was: { title: was } };
  return { rev, by: 'marc', at: AT, kind: 'milestone.update', changes: [change], ...more };
}

/** own makes a commit this tab's. */
export function own(seq: number): Partial<Commit> {
  return { client: 'c1', seq, by: 'ann' };
}

/** titleOf is a milestone's title as the screen shows it. */
export function titleOf(at: Desk, id = 'm1'): unknown {
  const { states } = show(at.replica, predict);
  return (record(states.shared, 'milestone', id) ?? record(states.seller, 'milestone', id))?.fields.title;
}
