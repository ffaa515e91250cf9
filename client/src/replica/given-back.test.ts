import { describe, expect, test } from 'vitest';
import type { WelcomeFrame } from './frames';
import type { Saved } from './model';
import { create } from './replica';
import { readSaved, save, unsent } from './saved';
import { ANN, AT, Desk, desk, SELLER, SHARED, titleOf } from './testing/plan';
import type { Me, Op, Stream } from './types';

const MARC: Me = { id: 'marc', name: 'Marc Olsen', side: 'buyer', access: 'editor' };

const TYPED_AS_ANN =
  'This was typed as Ann Lee; you are here as Marc Olsen now. Copy your text to send it yourself.';

/** welcome says where the streams stand, and gives a snapshot of the fresh ones. */
function welcome(
  me: Me | null,
  seqs: { [stream in Stream]?: number },
  fresh: readonly Stream[] = [],
): WelcomeFrame {
  const at = {
    shared: { rev: 10, snapshot: SHARED },
    seller: { rev: 4, snapshot: SELLER },
    buyer: { rev: 0, snapshot: { entities: {} } },
  };
  return {
    t: 'welcome',
    v: 1,
    session: 's',
    me,
    now: AT,
    window: 32,
    heartbeat_ms: 1,
    here: [],
    streams: (Object.keys(seqs) as Stream[]).map((stream) => ({
      stream,
      epoch: 'e1',
      rev: at[stream].rev,
      seq: seqs[stream] ?? 0,
      ...(fresh.includes(stream) ? { snapshot: at[stream].snapshot } : { resumed: true as const }),
    })),
  };
}

/** stored is what a reload of the tab finds. */
function stored(at: Desk): Saved {
  const saved = readSaved(JSON.parse(JSON.stringify(save(at.replica))));
  if (saved === null) throw new Error('unreadable');
  return saved;
}

/** page is a tab whose page brought only the shared stream along. */
function page(me: Me | null): Desk {
  return new Desk(create('c9', me, [{ stream: 'shared', epoch: 'e1', rev: 10, snapshot: SHARED }]));
}

const retitle: Op = { kind: 'milestone.update', id: 'x1', set: { title: 'Private' } };

describe('an op in a stream that the page did not bring along', () => {
  test('waits for the welcome, over several reloads, and is sent as it was', () => {
    const before = desk().live().propose('seller', retitle);
    const once = page(null).dispatch({ kind: 'restore', saved: stored(before) });
    expect(unsent(once.replica)).toBe(1);
    const twice = page(null).dispatch({ kind: 'restore', saved: stored(once) });
    expect(twice.effects).toEqual([]);

    twice.frame(welcome(ANN, { shared: 0, seller: 0 }, ['seller']));
    expect(titleOf(twice, 'x1')).toBe('Private');
    expect(twice.notices()).toEqual([]);
    expect(twice.sent('op')).toEqual(before.sent('op'));
  });

  test('that was never sent is sent', () => {
    const before = desk().propose('seller', retitle);
    const after = page(null).dispatch({ kind: 'restore', saved: stored(before) });
    after.frame(welcome(ANN, { shared: 0, seller: 7 }, ['seller']));
    expect(after.sent('op')).toMatchObject([{ stream: 'seller', seq: 8, op: retitle }]);
  });

  test('is given back when the stream does not open', () => {
    const before = desk().live().propose('seller', retitle);
    const after = page(null).dispatch({ kind: 'restore', saved: stored(before) });
    after.frame(welcome(ANN, { shared: 0 }));
    expect(after.notices()).toMatchObject([
      { kind: 'reject', code: 'forbidden', stream: 'seller', record: 'x1', mine: 'Private', op: retitle },
    ]);
    expect(after.replica.pending).toEqual([]);
    expect(after.sent('op')).toEqual([]);
  });

  test('is not called refused when it was durable', () => {
    const before = desk().live().propose('seller', retitle);
    before.frame({ t: 'ack', stream: 'seller', seq: 1, rev: 5 });
    const after = page(null).dispatch({ kind: 'restore', saved: stored(before) });
    expect(unsent(after.replica)).toBe(0);
    after.frame(welcome(ANN, { shared: 0 }));
    expect(after.notices()).toEqual([]);
    expect(after.replica.pending).toEqual([]);
  });
});

describe('an op that another person typed', () => {
  test('is given back with its text, and never sent', () => {
    const before = desk().frame(welcome(ANN, { shared: 0, seller: 0 }));
    before.setTitle('Hers').propose('seller', retitle);
    const after = page(MARC).dispatch({ kind: 'restore', saved: stored(before) });
    expect(titleOf(after)).toBe('Legal review'); // not his to show
    after.frame(welcome(MARC, { shared: 0, buyer: 0 }, ['buyer']));
    expect(after.notices()).toMatchObject([
      { code: 'forbidden', message: TYPED_AS_ANN, field: 'title', mine: 'Hers', theirs: 'Legal review' },
      { code: 'forbidden', message: TYPED_AS_ANN, stream: 'seller', mine: 'Private' },
    ]);
    expect(after.replica.pending).toEqual([]);
    after.dispatch({ kind: 'renamed', client: 'c10' }).frame(welcome(MARC, { shared: 0, buyer: 0 }));
    expect(after.sent('op')).toEqual([]);
    expect(after.notices()).toHaveLength(2);
  });

  test('before the first welcome is hers all the same', () => {
    const before = desk().setTitle('Hers');
    expect(before.replica.owner).toBeNull();
    const after = page(null).dispatch({ kind: 'restore', saved: stored(before) });
    after.frame(welcome(MARC, { shared: 0 }));
    expect(after.notices()).toMatchObject([{ message: TYPED_AS_ANN, mine: 'Hers' }]);
    expect(after.sent('op')).toEqual([]);
  });

  test('is told only where the server has not processed it', () => {
    const at = desk().frame(welcome(ANN, { shared: 0, seller: 0 }));
    at.setTitle('Processed').setTitle('Not', 'm2').dispatch({ kind: 'closed' });
    at.frame(welcome(MARC, { shared: 1 }));
    expect(at.notices()).toMatchObject([{ record: 'm2', mine: 'Not', message: TYPED_AS_ANN }]);
    expect(at.replica.pending).toEqual([]);
  });

  test('as one of a group is told for each of the group', () => {
    const before = desk().propose(
      'shared',
      { kind: 'milestone.update', id: 'm1', set: { title: 'A' } },
      { kind: 'milestone.update', id: 'm2', set: { title: 'B' } },
    );
    const after = page(MARC).dispatch({ kind: 'restore', saved: stored(before) });
    after.frame(welcome(MARC, { shared: 0 }));
    expect(after.notices().map((n) => n.mine)).toEqual(['A', 'B']);
    expect(new Set(after.notices().map((n) => n.id)).size).toBe(2);
  });

  test('and took back again is not told', () => {
    const at = desk()
      .frame(welcome(ANN, { shared: 0, seller: 0 }))
      .setTitle('Hers')
      .undo();
    expect(at.replica.pending).toHaveLength(2);
    at.dispatch({ kind: 'closed' }).frame(welcome(MARC, { shared: 0 }));
    expect(at.notices()).toEqual([]);
    expect(at.replica.pending).toEqual([]);
  });

  test('does not hold up what this person typed meanwhile', () => {
    const before = desk().frame(welcome(ANN, { shared: 0, seller: 0 }));
    before.dispatch({ kind: 'closed' }).setTitle('Hers');
    const after = page(MARC).dispatch({ kind: 'restore', saved: stored(before) });
    after.setTitle('His').frame(welcome(MARC, { shared: 0 }));
    expect(after.notices()).toMatchObject([{ mine: 'Hers' }]);
    expect(after.sent('op')).toEqual([]);
    after.dispatch({ kind: 'renamed', client: 'c10' }).frame(welcome(MARC, { shared: 0 }));
    expect(after.sent('op')).toMatchObject([{ seq: 1, op: { set: { title: 'His' } } }]);
  });

  test('cannot be taken back, or brought back, by this one', () => {
    const before = desk().setTitle('Hers');
    const restored = page(MARC).dispatch({ kind: 'restore', saved: stored(before) });
    expect(restored.undo().replica.pending).toHaveLength(1);

    const at = desk().setTitle('Hers').undo();
    expect(at.replica.redo).toHaveLength(1);
    at.frame(welcome(ANN, { shared: 0, seller: 0 })).dispatch({ kind: 'closed' });
    at.frame(welcome(MARC, { shared: 0 })).dispatch({ kind: 'renamed', client: 'c2' });
    at.frame(welcome(MARC, { shared: 0 })).redo();
    expect(at.sent('op')).toEqual([]);
  });

  test('who gave another name in between is told too', () => {
    const at = desk()
      .frame(welcome(ANN, { shared: 0, seller: 0 }))
      .setTitle('Hers');
    at.dispatch({ kind: 'closed' }).frame(welcome(null, { shared: 0 }));
    at.dispatch({ kind: 'renamed', client: 'c2', me: MARC }).frame(welcome(MARC, { shared: 0 }));
    expect(at.notices()).toMatchObject([{ message: TYPED_AS_ANN, mine: 'Hers' }]);
    expect(at.sent('op')).toHaveLength(1); // her own, at first
  });
});

describe('an op that nobody in particular typed', () => {
  test('belongs to who gives a name first, and to nobody after them', () => {
    const watcher = page(null)
      .frame(welcome(null, { shared: 0 }))
      .setTitle('Mine');
    watcher.dispatch({ kind: 'renamed', client: 'c2', me: ANN });
    const saved = stored(watcher);
    watcher.frame(welcome(ANN, { shared: 0, seller: 0 }, ['seller']));
    expect(watcher.notices()).toEqual([]);
    expect(watcher.sent('op')).toMatchObject([{ seq: 1, op: { set: { title: 'Mine' } } }]);

    const other = page(MARC).dispatch({ kind: 'restore', saved });
    other.frame(welcome(MARC, { shared: 0 }));
    expect(other.sent('op')).toEqual([]);
    expect(other.notices()).toMatchObject([{ message: TYPED_AS_ANN }]);
  });
});

describe('an op of a client that the server forgot', () => {
  test('is sent again under another client name, by the same person only', () => {
    const at = desk()
      .frame(welcome(ANN, { shared: 0, seller: 0 }))
      .setTitle('Hers');
    const other = new Desk(at.replica);
    for (const one of [at, other]) {
      one.frame({ t: 'reject', stream: 'shared', seq: 1, code: 'expired', message: 'unknown client' });
      one.dispatch({ kind: 'closed' });
    }
    at.frame(welcome(ANN, { shared: 0, seller: 0 })).dispatch({ kind: 'renamed', client: 'c2' });
    at.frame(welcome(ANN, { shared: 0, seller: 0 }));
    expect(at.sent('op')).toHaveLength(2);
    expect(at.notices()).toEqual([]);

    other.frame(welcome(MARC, { shared: 0 })).dispatch({ kind: 'renamed', client: 'c2' });
    other.frame(welcome(MARC, { shared: 0 }));
    expect(other.sent('op')).toEqual([]);
    expect(other.notices()).toMatchObject([{ message: TYPED_AS_ANN, mine: 'Hers' }]);
  });
});
