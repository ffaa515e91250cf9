import { describe, expect, test } from 'vitest';
import { readSaved, save } from './saved';
import { AT, type Desk, desk, titled, titleOf } from './testing/plan';

describe('a client name', () => {
  const welcome = (me: Desk['replica']['me']) => ({
    t: 'welcome' as const,
    v: 1,
    session: 's',
    me,
    now: AT,
    window: 32,
    heartbeat_ms: 1,
    here: [],
    streams: [
      { stream: 'shared' as const, epoch: 'e1', rev: 10, seq: 0, resumed: true as const },
      { stream: 'seller' as const, epoch: 'e1', rev: 4, seq: 0, resumed: true as const },
    ],
  });

  test('is not used for another person than the first', () => {
    const at = desk();
    at.frame(welcome(at.replica.me)).dispatch({ kind: 'closed' });
    at.frame(welcome({ id: 'bob', name: 'Bob', side: 'seller', access: 'editor' }));
    expect(at.effects.filter((e) => e.kind === 'rename')).toHaveLength(1);
    at.setTitle('A');
    expect(at.sent('op')).toEqual([]); // until the new name is there
    at.dispatch({ kind: 'renamed', client: 'c2' });
    at.frame(welcome({ id: 'bob', name: 'Bob', side: 'seller', access: 'editor' }));
    expect(at.sent('op')).toMatchObject([{ seq: 1 }]);
  });

  test('stays through a time without a name, and nothing is sent in it', () => {
    const at = desk();
    const { me } = at.replica;
    at.frame(welcome(me)).dispatch({ kind: 'closed' }).setTitle('A').frame(welcome(null));
    expect(at.sent('op')).toEqual([]);
    expect(titleOf(at)).toBe('A');
    at.dispatch({ kind: 'closed' }).frame(welcome(me));
    expect(at.effects.filter((e) => e.kind === 'rename')).toEqual([]);
    expect(at.sent('op')).toHaveLength(1);
  });
});

describe('what is saved', () => {
  test('is read back as it was, and asked about again', () => {
    const before = desk().live().setTitle('A').setTitle('B', 'm2').undo();
    const saved = readSaved(JSON.parse(JSON.stringify(save(before.replica))));
    if (saved === null) throw new Error('unreadable');

    const after = desk().setTitle('Early', 'm3').dispatch({ kind: 'restore', saved });
    expect(titleOf(after)).toBe('A');
    expect(titleOf(after, 'm2')).toBe('Security');
    expect(titleOf(after, 'm3')).toBe('Early');
    after.live(1);
    expect(after.sent('op').map((f) => ('seq' in f ? f.seq : 0))).toEqual([1, 2]); // the rest waits for the undo
    after.ack(2, 12);
    expect(after.sent('op').slice(2)).toMatchObject([
      { seq: 3, op: { kind: 'op.undo', rev: 12 } },
      { seq: 4, op: { id: 'm3' } },
    ]);
  });

  test('leaves out what the page already brought along', () => {
    const before = desk().live().setTitle('A').ack(1, 10);
    expect(before.replica.pending).toEqual([]);
    const acked = desk().live().setTitle('A').ack(1, 11);
    const saved = save(acked.replica);
    const later = desk();
    later.commits(titled(11, 'A', 'Legal review', { by: 'ann' }));
    expect(later.dispatch({ kind: 'restore', saved }).replica.pending).toEqual([]);
  });

  test('by a version that kept no author is its owner’s', () => {
    const saved = { ...save(desk().setTitle('A').replica), owner: 'ann' };
    const pending = saved.pending.map(({ by: _, ...p }) => p);
    expect(readSaved({ ...saved, pending })?.pending).toEqual(saved.pending);
  });

  test.each([
    null,
    1,
    {},
    { v: 2 },
    { v: 1, client: 'c', owner: null, nextKey: 1, seqs: {}, epochs: {}, pending: [1] },
  ])('by nobody we know is not read: %j', (value) => {
    expect(readSaved(value)).toBeNull();
  });
});
