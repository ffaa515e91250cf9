import { describe, expect, test } from 'vitest';
import { writeSnapshot } from './fold';
import { create, hello } from './replica';
import { unsent } from './saved';
import { record } from './state';
import { ANN, AT, Desk, desk, own, SELLER, SHARED, titled, titleOf } from './testing/plan';

function confirmed(at: Desk): unknown {
  return record(at.replica.streams.shared?.state, 'milestone', 'm1')?.fields.title;
}

describe('commits', () => {
  test('that follow are folded, those known are ignored, and an overlap is cut', () => {
    const at = desk().live();
    at.commits(titled(11, 'A', 'Legal review'));
    at.commits(titled(11, 'again', 'A'));
    at.commits(titled(10, 'old', ''), titled(11, 'again', ''), titled(12, 'B', 'A'));
    expect(at.replica.streams.shared?.rev).toBe(12);
    expect(titleOf(at)).toBe('B');
    expect(at.effects.filter((e) => e.kind === 'committed')).toHaveLength(2);
  });

  test('with a gap before them ask for what is missing, once', () => {
    const at = desk().live();
    at.commits(titled(12, 'B', 'A'));
    at.commits(titled(13, 'C', 'B'));
    expect(at.sent('join')).toEqual([{ t: 'join', stream: 'shared', epoch: 'e1', rev: 10 }]);
    expect(titleOf(at)).toBe('Legal review');

    at.frame({ t: 'joined', stream: 'shared', epoch: 'e1', rev: 13, seq: 0, resumed: true });
    at.commits(titled(11, 'A', ''), titled(12, 'B', 'A'), titled(13, 'C', 'B'));
    expect(titleOf(at)).toBe('C');
    at.commits(titled(15, 'E', 'D'));
    expect(at.sent('join')).toHaveLength(2);
  });

  test('of another epoch ask for a snapshot', () => {
    const at = desk().live();
    at.frame({
      t: 'commits',
      stream: 'shared',
      epoch: 'e2',
      from: 11,
      to: 11,
      commits: [titled(11, 'A', '')],
    });
    expect(at.sent('join')).toEqual([{ t: 'join', stream: 'shared', epoch: 'e2' }]);
  });

  test('that never came are missed at the second pong', () => {
    const at = desk().live();
    at.frame({ t: 'pong', n: 1, revs: { shared: 11, seller: 4 } });
    expect(at.sent('join')).toEqual([]);
    at.frame({ t: 'pong', n: 2, revs: { shared: 11, seller: 4 } });
    expect(at.sent('join')).toEqual([{ t: 'join', stream: 'shared', epoch: 'e1', rev: 10 }]);
  });

  test('that came between two pongs are not missed', () => {
    const at = desk().live();
    at.frame({ t: 'pong', n: 1, revs: { shared: 11 } });
    at.commits(titled(11, 'A', ''));
    at.frame({ t: 'pong', n: 2, revs: { shared: 12 } });
    expect(at.sent('join')).toEqual([]);
  });

  test('after an overflow are asked for, even while another join is on its way', () => {
    const at = desk().live();
    at.frame({ t: 'resync', stream: 'shared', rev: 20, why: 'slow' });
    at.frame({ t: 'resync', stream: 'shared', rev: 30, why: 'overflow' });
    at.frame({ t: 'resync', stream: 'shared', rev: 30, why: 'epoch' });
    expect(at.sent('join').map((f) => 'rev' in f)).toEqual([true, true, false]);
  });

  test('of a frame that this version does not know are no reason to stop', () => {
    const at = desk().live();
    at.frame({ t: 'confetti' } as never);
    expect(at.replica.streams.shared?.rev).toBe(10);
  });

  test('change no record that they do not name', () => {
    const at = desk().live();
    const before = at.replica.streams.shared?.state;
    at.commits(titled(11, 'A', ''));
    const after = at.replica.streams.shared?.state;
    expect(after?.task).toBe(before?.task);
    expect(after?.milestone?.get('m2')).toBe(before?.milestone?.get('m2'));
    expect(after?.milestone?.get('m1')).not.toBe(before?.milestone?.get('m1'));
  });
});

describe('an op', () => {
  test('is sent once with its seq, and replayed over what others commit', () => {
    const at = desk().live().setTitle('Mine');
    at.commits(titled(11, 'Theirs', 'Legal review'));
    expect(confirmed(at)).toBe('Theirs');
    expect(titleOf(at)).toBe('Mine'); // no flicker while it is pending
    expect(at.sent('op')).toEqual([
      {
        t: 'op',
        stream: 'shared',
        seq: 1,
        base: 10,
        op: { kind: 'milestone.update', id: 'm1', set: { title: 'Mine' } },
      },
    ]);
  });

  test('that is acked stays until its commit is here', () => {
    const at = desk().live().setTitle('Mine').ack(1, 12);
    expect(at.replica.pending).toHaveLength(1);
    expect(unsent(at.replica)).toBe(0);
    at.commits(titled(11, 'Theirs', 'Legal review'));
    expect(titleOf(at)).toBe('Mine');
    at.commits(titled(12, 'Mine', 'Theirs', own(1)));
    expect(at.replica.pending).toEqual([]);
    at.ack(1, 12); // again, for an op that is long done
    expect(titleOf(at)).toBe('Mine');
  });

  test('may take a newer value while unsent, and never after', () => {
    const at = desk().setTitle('A').setTitle('AB');
    expect(at.replica.pending).toHaveLength(1);
    at.propose('shared', { kind: 'milestone.update', id: 'm1', set: { due: '2026-11-01' } });
    expect(at.replica.pending).toHaveLength(2); // another field is another op
    at.setTitle('ABC', 'm2');
    expect(at.replica.pending).toHaveLength(3);
    at.live();
    at.dispatch({ kind: 'closed' }).setTitle('ABCD', 'm2');
    expect(at.replica.pending).toHaveLength(4); // the one before was sent
    at.live();
    const titles = at
      .sent('op')
      .flatMap((f) => ('op' in f && f.op && 'set' in f.op ? [f.op.set.title ?? f.op.set.due] : []));
    expect(titles).toEqual(['AB', '2026-11-01', 'ABC', 'AB', '2026-11-01', 'ABC', 'ABCD']);
    expect(at.sent('op').map((f) => ('seq' in f ? f.seq : 0))).toEqual([1, 2, 3, 1, 2, 3, 4]);
  });

  test('does not overtake: the window holds back what is too much', () => {
    const at = desk();
    at.dispatch({
      kind: 'frame',
      frame: {
        t: 'welcome',
        v: 1,
        session: 's',
        me: at.replica.me,
        now: AT,
        window: 2,
        heartbeat_ms: 1,
        here: [],
        streams: [
          { stream: 'shared', epoch: 'e1', rev: 10, seq: 0, resumed: true },
          { stream: 'seller', epoch: 'e1', rev: 4, seq: 0, resumed: true },
        ],
      },
    });
    at.setTitle('A').setTitle('B', 'm2').setTitle('C', 'm3');
    expect(at.sent('op')).toHaveLength(2);
    at.ack(1, 11);
    expect(at.sent('op')).toHaveLength(3);
  });

  test('waits where the server is busy, and goes on in order', () => {
    const at = desk().live().setTitle('A').setTitle('B', 'm2');
    at.frame({ t: 'reject', stream: 'shared', seq: 1, code: 'busy', message: 'later', retry_ms: 160 });
    at.frame({ t: 'error', code: 'seq_gap', message: '', stream: 'shared', expected: 1, fatal: false });
    at.setTitle('C', 'm3');
    expect(at.effects.filter((e) => e.kind === 'wait')).toEqual([
      { kind: 'wait', stream: 'shared', ms: 160 },
    ]);
    expect(at.sent('op')).toHaveLength(2);
    expect(at.notices()).toEqual([]);

    at.dispatch({ kind: 'retry', stream: 'shared' });
    expect(at.sent('op').map((f) => ('seq' in f ? f.seq : 0))).toEqual([1, 2, 1, 2, 3]);
  });

  test('that is one of a group is sent as a group, and refused as one', () => {
    const at = desk().live();
    at.propose(
      'shared',
      { kind: 'milestone.update', id: 'm1', set: { title: 'A' } },
      { kind: 'milestone.update', id: 'm2', set: { due: 'never', title: 'B' } },
    );
    expect(titleOf(at)).toBe('A');
    expect(at.sent('op')[0]).toMatchObject({ ops: [{ id: 'm1' }, { id: 'm2' }] });
    at.frame({
      t: 'reject',
      stream: 'shared',
      seq: 1,
      code: 'invalid',
      message: 'not a date',
      field: 'ops[1].set.due',
    });
    expect(titleOf(at)).toBe('Legal review');
    expect(at.notices()).toMatchObject([{ record: 'm2', field: 'due', mine: 'never', theirs: '2026-10-30' }]);
  });

  test.each([
    [{ kind: 'milestone.complete', id: 'm1' }, 'status', 'in_progress'],
    [{ kind: 'milestone.move', id: 'm1', after: null }, 'pos', 'a0'],
    [{ kind: 'task.complete', id: 't1' }, 'done_at', null],
    [{ kind: 'comment.resolve', id: 'k1' }, 'resolved_at', null],
    [{ kind: 'phase.remove', id: 'p1' }, 'removed', null],
    [{ kind: 'milestone.reschedule', id: 'm1', due: '2026-11-11', push: false }, 'due', '2026-10-10'],
    [{ kind: 'room.update', set: { name: 'Other' } }, 'name', 'Northwind × Acme'],
  ] as const)('that is refused says so where it was made: %j at %s', (op, field, theirs) => {
    const at = desk().live().propose('shared', op);
    at.frame({ t: 'reject', stream: 'shared', seq: 1, code: 'conflict', message: 'no' });
    expect(at.notices()).toMatchObject([
      { field, theirs, stream: 'shared', record: 'id' in op ? op.id : 'room' },
    ]);
  });

  test('that became another person’s after it was acked is told to its author', () => {
    const at = desk().live();
    const over = { title: { by: 'ann', rev: 10, value: 'Legal review' } };
    at.commits(titled(11, 'Theirs', 'Legal review', { over }));
    expect(at.notices()).toMatchObject([
      { kind: 'over', field: 'title', mine: 'Legal review', theirs: 'Theirs', by: 'marc', rev: 11 },
    ]);
  });

  test('that will win anyway is not reported as lost', () => {
    const at = desk().live().setTitle('Mine');
    const over = { 'milestone/m1/title': { by: 'ann', rev: 10, value: 'Legal review' } };
    at.commits(titled(11, 'Theirs', 'Legal review', { over }));
    expect(at.notices()).toEqual([]);
  });

  test('in a stream that is not open is not kept', () => {
    const at = desk().live().propose('buyer', { kind: 'phase.remove', id: 'p1' });
    expect(at.replica.pending).toEqual([]);
  });
});

describe('a snapshot', () => {
  const later = {
    entities: {
      ...SHARED.entities,
      milestone: [{ id: 'm1', phase: 'p1', title: 'Later', pos: 'a0', status: 'done' }],
    },
  };

  test('takes the place of what is here, and pending ops are replayed over it', () => {
    const at = desk().live().setTitle('A').setTitle('B');
    at.dispatch({ kind: 'closed' });
    at.frame({ t: 'joined', stream: 'shared', epoch: 'e1', rev: 50, seq: 1, snapshot: later });
    expect(confirmed(at)).toBe('Later');
    expect(titleOf(at)).toBe('B');
    expect(unsent(at.replica)).toBe(1); // the first one was processed
    expect(
      at
        .sent('op')
        .slice(2)
        .map((f) => ('seq' in f ? f.seq : 0)),
    ).toEqual([1, 2]);
    expect(at.effects.filter((e) => e.kind === 'jumped')).toEqual([
      { kind: 'jumped', stream: 'shared', from: 10, to: 50 },
    ]);
  });

  test('does not hide that an op in it was refused', () => {
    const at = desk().live().setTitle('A').dispatch({ kind: 'closed' });
    at.frame({ t: 'joined', stream: 'shared', epoch: 'e1', rev: 50, seq: 1, snapshot: later });
    expect(titleOf(at)).toBe('Later');
    at.frame({ t: 'reject', stream: 'shared', seq: 1, code: 'conflict', message: 'no' });
    expect(at.notices()).toMatchObject([{ mine: 'A', theirs: 'Later' }]);
    expect(at.replica.pending).toEqual([]);
  });

  test('that is older than what is here changes nothing', () => {
    const at = desk().live();
    at.commits(titled(11, 'A', ''));
    at.frame({ t: 'joined', stream: 'shared', epoch: 'e1', rev: 10, seq: 0, snapshot: later });
    expect(titleOf(at)).toBe('A');
    expect(at.replica.streams.shared?.rev).toBe(11);
  });

  test('of another epoch sends again what was acked in the one before', () => {
    const at = desk().live().setTitle('A').ack(1, 11).dispatch({ kind: 'closed' });
    at.frame({ t: 'joined', stream: 'shared', epoch: 'e2', rev: 3, seq: 0, snapshot: later });
    expect(at.sent('op').map((f) => ('seq' in f ? f.seq : 0))).toEqual([1, 1]);
    expect(at.replica.streams.shared).toMatchObject({ epoch: 'e2', rev: 3 });
  });

  test('is written as it was read', () => {
    const at = desk();
    const written = writeSnapshot(at.replica.streams.shared?.state ?? {});
    expect(written.entities.milestone?.map((m) => m.id)).toEqual(['m1', 'm2', 'm3']);
    expect(Object.keys(written.entities)).toEqual([...Object.keys(SHARED.entities)].sort());
  });
});

describe('a stream that opens to a person', () => {
  test('is taken from its snapshot, together with what happened in it', () => {
    const at = new Desk(create('c1', null, [{ stream: 'shared', epoch: 'e1', rev: 10, snapshot: SHARED }]));
    at.frame({ t: 'joined', stream: 'seller', epoch: 'e1', rev: 4, seq: 0, snapshot: SELLER });
    expect(titleOf(at, 'x1')).toBe('Discount approval');
    expect(at.effects).toEqual([{ kind: 'jumped', stream: 'seller', from: 0, to: 4 }]);
  });

  test('at an address is not named in hello before it is here', () => {
    const at = new Desk(create('c1', ANN, []));
    at.frame({ t: 'joined', stream: 'shared', epoch: 'e1', rev: 10, seq: 0, snapshot_url: '/s' });
    expect(hello(at.replica, 'token')).toMatchObject({ client: 'c1', token: 'token', streams: {} });
    at.dispatch({
      kind: 'fetched',
      entry: { stream: 'shared', epoch: 'e1', rev: 12, seq: 0, snapshot: SHARED },
    });
    expect(hello(at.replica, null)).toEqual({
      t: 'hello',
      v: 1,
      client: 'c1',
      streams: { shared: { epoch: 'e1', rev: 12 } },
    });
  });
});

describe('a stream that is closed to a person', () => {
  test('is forgotten, and every edit in it is given back', () => {
    const at = desk().live();
    at.propose('seller', { kind: 'milestone.update', id: 'x1', set: { title: 'Private' } });
    at.dispatch({ kind: 'closed' }).frame({
      t: 'welcome',
      v: 1,
      session: 's',
      me: at.replica.me,
      now: AT,
      window: 32,
      heartbeat_ms: 1,
      here: [],
      streams: [{ stream: 'shared', epoch: 'e1', rev: 10, seq: 0, resumed: true }],
    });
    expect(at.replica.streams.seller).toBeUndefined();
    expect(at.notices()).toMatchObject([{ code: 'forbidden', mine: 'Private', stream: 'seller' }]);
    expect(at.replica.pending).toEqual([]);
  });
});
