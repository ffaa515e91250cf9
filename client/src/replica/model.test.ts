import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeSnapshot } from './fold';
import { predict } from './predict';
import { confirmedStates, show } from './shown';
import { Network, type Tab } from './testing/network';
import { type JoinMode, ModelServer } from './testing/server';
import type { Op, Stream } from './types';

// The replica against a model of the server, over a network that does what
// networks do. Whatever happened, once it is quiet every replica is the server's
// state, and every op happened at most once or was refused out loud.

type Action =
  | {
      readonly do: 'set';
      readonly tab: number;
      readonly record: number;
      readonly stream: Stream;
      readonly bad: boolean;
    }
  | { readonly do: 'add'; readonly tab: number; readonly stream: Stream }
  | {
      readonly do: 'undo' | 'redo' | 'connect' | 'fetch' | 'wait' | 'loseCommits' | 'repeat' | 'pong';
      readonly tab: number;
    }
  | { readonly do: 'up' | 'down' | 'disconnect' | 'reload'; readonly tab: number; readonly n: number }
  | { readonly do: 'overflow'; readonly tab: number; readonly stream: Stream }
  | { readonly do: 'busy'; readonly n: number }
  | { readonly do: 'late' }
  | { readonly do: 'mode'; readonly mode: JoinMode }
  | { readonly do: 'rewind'; readonly stream: Stream; readonly back: number };

const tab = fc.nat(2);
const n = fc.nat(5);
const stream = fc.constantFrom<Stream>('shared', 'seller');

const gentle: fc.WeightedArbitrary<Action>[] = [
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('set'),
      tab,
      record: fc.nat(3),
      stream,
      bad: fc.nat(5).map((i) => i === 0),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('add'), tab, stream }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('undo', 'redo'), tab }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('connect'), tab }) },
  { weight: 12, arbitrary: fc.record({ do: fc.constantFrom('up', 'down'), tab, n }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('disconnect', 'reload'), tab, n }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('fetch', 'wait', 'loseCommits', 'repeat', 'pong'), tab }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('overflow'), tab, stream }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('busy'), n }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('late') }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('mode'),
      mode: fc.constantFrom<JoinMode>('resume', 'snapshot', 'url'),
    }),
  },
];

const rewinds: fc.WeightedArbitrary<Action>[] = [
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rewind'), stream, back: fc.nat(4) }) },
];

class World {
  readonly server = new ModelServer();
  readonly network = new Network(this.server);
  readonly tabs: Tab[];
  rewound = false;
  /** made are the marks of ops in the order they were made, by tab and stream. */
  readonly made = new Map<string, string[]>();
  /** dropped are the marks of ops that ended before they were sent. */
  readonly dropped = new Set<string>();
  #mark = 0;

  constructor() {
    for (const name of ['shared', 'seller'] as const) {
      this.server.seed(
        name,
        [0, 1, 2, 3].map((i) => ({ entity: 'milestone', id: `m${i}`, set: { title: `m${i}` }, was: null })),
      );
    }
    this.tabs = ['ann', 'bob', 'eve'].map((me) => this.network.add(me));
  }

  run(action: Action): void {
    if (!('tab' in action)) return this.#elsewhere(action);
    const tab = this.tabs[action.tab];
    if (tab === undefined) return;
    switch (action.do) {
      case 'set':
        return this.#propose(tab, action.stream, (mark) => ({
          kind: 'milestone.update',
          id: `m${action.record}`,
          set: { title: action.bad ? 'bad' : mark, description: mark },
        }));
      case 'add':
        return this.#propose(tab, action.stream, (mark) => ({
          kind: 'task.add',
          id: mark,
          set: { milestone: 'm0', title: mark },
        }));
      case 'undo':
      case 'redo': {
        const kind = action.do;
        return this.#watch(tab, () => tab.dispatch({ kind, at: '2026-10-22T10:00:00.000000Z' }));
      }
      case 'connect':
        return tab.connect();
      case 'up':
        for (let i = 0; i <= action.n; i++) tab.deliverUp();
        return;
      case 'down':
        for (let i = 0; i <= action.n; i++) tab.deliverDown();
        return;
      case 'disconnect':
        return tab.disconnect(action.n);
      case 'reload':
        return tab.reload(action.n);
      case 'fetch':
        return void tab.finishFetch();
      case 'wait':
        return void tab.finishWait();
      case 'pong':
        return this.network.pong(tab);
      case 'loseCommits':
        tab.down = tab.down.filter((frame) => frame.t !== 'commits');
        return;
      case 'repeat': {
        const frame = tab.down.find((f) => f.t === 'commits');
        if (frame !== undefined) tab.down.push(frame);
        return;
      }
      case 'overflow':
        if (!tab.connected) return;
        tab.down = tab.down.filter((frame) => frame.t !== 'commits' || frame.stream !== action.stream);
        tab.down.push({
          t: 'resync',
          stream: action.stream,
          rev: this.server.stream(action.stream).rev,
          why: 'overflow',
        });
        return;
    }
  }

  #elsewhere(action: Exclude<Action, { readonly tab: number }>): void {
    switch (action.do) {
      case 'busy':
        this.server.busy += action.n;
        return;
      case 'late':
        return void this.network.arriveLate();
      case 'mode':
        this.server.mode = action.mode;
        return;
      case 'rewind':
        this.rewound = true;
        this.server.rewind(action.stream, this.server.stream(action.stream).rev - action.back);
        return this.network.rewound(action.stream);
    }
  }

  #propose(tab: Tab, stream: Stream, make: (mark: string) => Op): void {
    const mark = `${tab.me}-${++this.#mark}`;
    const list = this.made.get(`${tab.me} ${stream}`) ?? [];
    this.made.set(`${tab.me} ${stream}`, [...list, mark]);
    this.#watch(tab, () => tab.propose(stream, make(mark)));
  }

  // watch notes which unsent ops a step took away: replaced by a newer value, or
  // taken back by undo.
  #watch(tab: Tab, step: () => void): void {
    const before = pendingMarks(tab);
    step();
    const after = pendingMarks(tab);
    for (const mark of before) if (!after.has(mark)) this.dropped.add(mark);
    for (const mark of after) this.dropped.delete(mark);
  }

  /** marksOf are the marks of the ops in a stream's log, in its order; those of undos are left out. */
  marksOf(stream: Stream): string[] {
    return this.server
      .stream(stream)
      .log.filter((commit) => commit.kind !== 'op.undo')
      .flatMap((commit) => commit.changes.map((change) => markOf(change.set)))
      .filter((mark) => /-\d/.test(mark));
  }
}

function pendingMarks(tab: Tab): Set<string> {
  return new Set(tab.replica.pending.flatMap((p) => p.ops.map(opMark)));
}

function opMark(op: Op | null): string {
  return op !== null && 'set' in op ? markOf(op.set) : '';
}

function markOf(set: Readonly<Record<string, unknown>>): string {
  return String(set.description ?? set.title ?? '');
}

function checkRest(world: World): void {
  for (const tab of world.tabs) {
    expect(tab.replica.pending, `${tab.me} has nothing pending`).toEqual([]);
    for (const name of ['shared', 'seller'] as const) {
      const [here, there] = [tab.replica.streams[name], world.server.stream(name)];
      expect(here?.rev).toBe(there.rev);
      expect(here?.epoch).toBe(there.epoch);
      expect(writeSnapshot(here?.state ?? {}), `${tab.me} has the server's ${name}`).toEqual(
        writeSnapshot(there.state),
      ); // I3
    }
    expect(show(tab.replica, predict).states).toEqual(confirmedStates(tab.replica));
  }
}

function checkOps(world: World): void {
  for (const name of ['shared', 'seller'] as const) {
    const marks = world.marksOf(name);
    expect(new Set(marks).size, 'each op took effect at most once').toBe(marks.length); // I6
    for (const tab of world.tabs) {
      const made = world.made.get(`${tab.me} ${name}`) ?? [];
      const order = marks.filter((mark) => made.includes(mark));
      expect(order, 'in the order they were made').toEqual(made.filter((mark) => order.includes(mark))); // I6
      const log = world.server.stream(name).log;
      for (const ack of tab.acked.filter((a) => a.stream === name && a.rev > 0)) {
        expect(log[ack.rev - 1]?.by, 'what was acked is in the log').toBe(tab.me); // I5
      }
    }
  }
}

// Nothing vanishes: an op is in the log, was refused with the person's own
// value, or ended before it was sent.
function checkNotices(world: World): void {
  for (const tab of world.tabs) {
    for (const name of ['shared', 'seller'] as const) {
      const known = new Set([
        ...world.marksOf(name),
        ...world.dropped,
        ...tab.notices.map((n) => opMark(n.op)),
      ]);
      const lost = (world.made.get(`${tab.me} ${name}`) ?? []).filter((mark) => !known.has(mark));
      expect(lost, `${tab.me} was told about every op`).toEqual([]);
    }
    for (const notice of tab.notices.filter((n) => n.kind === 'reject' && n.code === 'invalid')) {
      expect(notice.mine).toBe('bad');
    }
    const ids = tab.notices.map((n) => n.id);
    expect(new Set(ids).size, 'each refusal is said once').toBe(ids.length);
  }
}

function runAll(actions: readonly Action[]): World {
  const world = new World();
  for (const action of actions) world.run(action);
  world.server.mode = 'resume';
  world.network.heal();
  return world;
}

const RUNS = { numRuns: 500, verbose: 1 } as const; // a failure prints its seed and path

describe('a replica on a bad network', () => {
  test('ends as the server is, with every op done once or refused', () => {
    const actions = fc.array(fc.oneof(...gentle), { minLength: 20, maxLength: 120, size: 'max' });
    fc.assert(
      fc.property(actions, (list) => {
        const world = runAll(list);
        checkRest(world);
        checkOps(world);
        checkNotices(world);
      }),
      RUNS,
    );
  });

  test('finds the server again after it went back in time', () => {
    const actions = fc.array(fc.oneof(...gentle, ...rewinds), { minLength: 20, maxLength: 120, size: 'max' });
    fc.assert(
      fc.property(actions, (list) => {
        checkRest(runAll(list));
      }),
      RUNS,
    );
  });
});
