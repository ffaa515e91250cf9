import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fold, Layer, parseSnapshot, writeSnapshot } from './fold';
import type { ClientFrame, ServerFrame } from './frames';
import { predict } from './predict';
import { create, hello, reduce } from './replica';
import { EMPTY, record, type State, type States, text } from './state';
import { type Commit, type Me, type Op, type Snapshot, STREAMS, type Stream } from './types';

// The examples that the server's tests read too: both sides must find the same.

interface Example {
  readonly name: string;
  readonly snapshot_before: Readonly<Record<Stream, Snapshot>>;
  readonly snapshot_after: Readonly<Record<Stream, Snapshot>>;
  readonly stream: Stream;
  readonly by: string;
  readonly ops: readonly Op[];
  readonly commits?: readonly { readonly stream: Stream; readonly commit: Commit }[];
}

const ROOT = new URL('../../../', import.meta.url);

function read<T>(folder: string): readonly (readonly [string, T])[] {
  const names = readdirSync(new URL(folder, ROOT)).filter((name) => name.endsWith('.json'));
  return names.map((name) => [name, JSON.parse(readFileSync(new URL(folder + name, ROOT), 'utf8')) as T]);
}

const examples = read<Example>('room/testdata/apply/');
const frames = read<{ direction: 'client' | 'server'; frame: unknown }>('realtime/testdata/frames/');

test('the shared examples are there', () => {
  expect(examples.length).toBeGreaterThan(0);
  expect(frames.length).toBeGreaterThan(0);
});

describe('folding a commit', () => {
  test.each(examples)('gives the snapshot that the server has: %s', (_name, example) => {
    for (const stream of STREAMS) {
      let state = parseSnapshot(example.snapshot_before[stream] ?? { entities: {} });
      for (const made of example.commits ?? [])
        if (made.stream === stream) state = fold(state, made.commit.changes);
      const after = example.snapshot_after[stream] ?? { entities: {} };
      expect(JSON.stringify(writeSnapshot(state))).toBe(JSON.stringify(after));
    }
  });
});

describe('predicting an op', () => {
  const accepted = examples.filter(([, { commits, ops }]) => commits !== undefined && !ops.some(isOpaque));

  test.each(accepted)('shows what the server then commits: %s', (_name, example) => {
    const before = statesOf(example);
    const author = { me: memberOf(before, example.by), at: example.commits?.[0]?.commit.at ?? '' };
    const readable = STREAMS.filter((s) => s === 'shared' || s === author.me?.side);
    const layer = new Layer(Object.fromEntries(readable.map((s) => [s, before[s] ?? EMPTY])));

    for (const op of example.ops) {
      for (const { stream, change } of predict(layer.states, example.stream, op, author))
        layer.apply(stream, change);
    }

    for (const stream of readable) {
      const after = parseSnapshot(example.snapshot_after[stream] ?? { entities: {} });
      const known = idsOf(before);
      expect(comparable(layer.states[stream] ?? EMPTY, known)).toEqual(comparable(after, known));
    }
  });
});

describe('the frames', () => {
  const ofServer = frames
    .filter(([, f]) => f.direction === 'server')
    .map(([name, f]) => [name, f.frame as ServerFrame] as const);

  test.each(ofServer)('a replica takes %s', (_name, frame) => {
    const start = create('5f0c2f0e-8a55-4b43-a4ef-9b8f6a1f1a10', null, [
      { stream: 'shared', epoch: '1.1', rev: 41, snapshot: { entities: {} } },
      { stream: 'buyer', epoch: '1.1', rev: 3, snapshot: { entities: {} } },
    ]);
    const { replica } = reduce(start, { kind: 'frame', frame });
    expect(replica.client).toBe(start.client);
    if (frame.t === 'commits') expect(replica.streams.shared?.rev).toBe(frame.to);
    if (frame.t === 'joined' && frame.snapshot !== undefined)
      expect(replica.streams.shared?.rev).toBe(frame.rev);
  });

  test('what a replica sends has the keys of the examples', () => {
    const keys = new Map<string, Set<string>>();
    for (const [, { direction, frame }] of frames) {
      if (direction !== 'client') continue;
      const { t } = frame as ClientFrame;
      keys.set(t, new Set([...(keys.get(t) ?? []), ...Object.keys(frame as ClientFrame)]));
    }
    for (const frame of sample()) {
      const unknown = Object.keys(frame).filter((key) => !keys.get(frame.t)?.has(key));
      expect(unknown, `keys of ${frame.t} that no example has`).toEqual([]);
    }
  });
});

// sample are frames of every kind that the replica makes.
function sample(): readonly ClientFrame[] {
  const me: Me = { id: 'ann', name: 'Ann', side: 'seller', access: 'editor' };
  const start = create('c', me, [{ stream: 'shared', epoch: '1.1', rev: 1, snapshot: { entities: {} } }]);
  const entry = { stream: 'shared', epoch: '1.1', rev: 1, seq: 0, resumed: true } as const;
  const op = { kind: 'phase.remove', id: 'p' } as const;
  let replica = reduce(start, { kind: 'frame', frame: { t: 'joined', ...entry } }).replica;
  const sent: ClientFrame[] = [hello(start, 'token')];
  for (const event of [
    { kind: 'propose', stream: 'shared', ops: [op], group: false, at: '' },
    { kind: 'propose', stream: 'shared', ops: [op, op], group: true, at: '' },
    { kind: 'frame', frame: { t: 'resync', stream: 'shared', rev: 9, why: 'slow' } },
    { kind: 'frame', frame: { t: 'resync', stream: 'shared', rev: 9, why: 'epoch' } },
  ] as const) {
    const step = reduce(replica, event);
    replica = step.replica;
    for (const effect of step.effects) if (effect.kind === 'send') sent.push(effect.frame);
  }
  return sent;
}

// comparable leaves out what only the server knows: how it writes an amount
// ("125000" becomes "125000.00"), the ids that it makes, and a baseline's rev.
function comparable(state: State, known: ReadonlySet<string>): unknown {
  const written = JSON.stringify(writeSnapshot(state)).replace(/"amount":"(\d+)"/g, '"amount":"$1.00"');
  const { entities } = JSON.parse(written) as { entities: Record<string, Record<string, unknown>[]> };
  for (const entity of ['date_proposal', 'baseline', 'acceptance']) {
    for (const made of entities[entity] ?? []) {
      if (!known.has(String(made.id)) && entity !== 'date_proposal') made.id = 'new';
      if (!known.has(String(made.id)) && made.counters !== undefined) made.id = 'new';
      if (entity === 'baseline' && made.id === 'new') made.rev = 0;
      if (made.baseline !== undefined && !known.has(String(made.baseline))) made.baseline = 'new';
    }
    entities[entity]?.sort((x, y) => (String(x.id) < String(y.id) ? -1 : 1));
  }
  return entities;
}

function idsOf(states: States): ReadonlySet<string> {
  const maps = Object.values(states.shared ?? {});
  return new Set(maps.flatMap((records) => [...records.keys()]));
}

// isOpaque: what a template or an undone commit holds is not in the example.
function isOpaque(op: Op): boolean {
  return op.kind === 'op.undo' || op.kind === 'template.apply';
}

function statesOf(example: Example): States {
  return Object.fromEntries(
    STREAMS.map((s) => [s, parseSnapshot(example.snapshot_before[s] ?? { entities: {} })]),
  );
}

function memberOf(states: States, id: string): Me {
  const found = record(states.shared, 'participant', id);
  return {
    id,
    name: text(found, 'name') ?? '',
    side: (text(found, 'side') ?? 'none') as Me['side'],
    access: (text(found, 'access') ?? 'viewer') as Me['access'],
  };
}
