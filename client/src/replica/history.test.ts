import { describe, expect, test } from 'vitest';
import { canRedo, canUndo } from './history';
import { predict } from './predict';
import { show } from './shown';
import { record } from './state';
import { AT, desk, own, titled, titleOf } from './testing/plan';

describe('undo', () => {
  test('takes an unsent op back as if it had never been', () => {
    const at = desk().setTitle('A');
    expect(canUndo(at.replica)).toBe(true);
    at.undo();
    expect(titleOf(at)).toBe('Legal review');
    expect(at.replica.pending).toEqual([]);
    expect([canUndo(at.replica), canRedo(at.replica)]).toEqual([false, true]);
    at.redo();
    expect(titleOf(at)).toBe('A');
    at.live();
    expect(at.sent('op')).toHaveLength(1);
  });

  test('of an op on its way shows at once, and names its rev when that is known', () => {
    const at = desk().live().setTitle('A').undo();
    expect(titleOf(at)).toBe('Legal review');
    expect(at.sent('op')).toHaveLength(1);
    at.setTitle('B', 'm2');
    expect(at.sent('op')).toHaveLength(1); // it does not overtake the undo
    at.ack(1, 11);
    expect(at.sent('op').slice(1)).toMatchObject([{ seq: 2, op: { kind: 'op.undo', rev: 11 } }, { seq: 3 }]);

    at.commits(titled(11, 'A', 'Legal review', own(1)));
    expect(titleOf(at)).toBe('Legal review');
    at.commits(titled(12, 'Legal review', 'A', { ...own(2), kind: 'op.undo' }));
    expect(titleOf(at)).toBe('Legal review');
    expect(canUndo(at.replica)).toBe(true); // of the title of m2
  });

  test('of a commit sends its rev, and redo undoes the undo', () => {
    const at = desk()
      .live()
      .setTitle('A')
      .ack(1, 11)
      .commits(titled(11, 'A', 'Legal review', own(1)));
    at.undo();
    expect(titleOf(at)).toBe('Legal review');
    expect(at.sent('op')[1]).toMatchObject({ seq: 2, op: { kind: 'op.undo', rev: 11 } });
    expect([canUndo(at.replica), canRedo(at.replica)]).toEqual([false, true]);

    at.commits(titled(12, 'Legal review', 'A', { ...own(2), kind: 'op.undo' }));
    expect([canUndo(at.replica), canRedo(at.replica)]).toEqual([false, true]);
    at.redo();
    expect(titleOf(at)).toBe('A');
    expect(at.sent('op')[2]).toMatchObject({ seq: 3, op: { kind: 'op.undo', rev: 12 } });
    at.commits(titled(13, 'A', 'Legal review', { ...own(3), kind: 'op.undo' }));
    expect([canUndo(at.replica), canRedo(at.replica)]).toEqual([true, false]);
  });

  test('of one op leaves what was done since alone, and happens once', () => {
    const at = desk()
      .live()
      .setTitle('A')
      .ack(1, 11)
      .commits(titled(11, 'A', 'Legal review', own(1)));
    const first = at.replica.undo.at(-1)?.key ?? -1;
    at.setTitle('B', 'm2');
    for (let i = 0; i < 2; i++) at.dispatch({ kind: 'takeBack', key: first, at: AT });
    expect([titleOf(at), titleOf(at, 'm2')]).toEqual(['Legal review', 'B']);
    expect(at.sent('op').slice(2)).toMatchObject([{ seq: 3, op: { kind: 'op.undo', rev: 11 } }]);

    const second = at.replica.pending[0]?.key ?? -1;
    for (let i = 0; i < 2; i++) at.dispatch({ kind: 'takeBack', key: second, at: AT });
    expect(titleOf(at, 'm2')).not.toBe('B');
    at.ack(2, 12).ack(3, 13);
    expect(at.sent('op').slice(3)).toMatchObject([{ seq: 4, op: { kind: 'op.undo', rev: 12 } }]);
  });

  test('of an undo on its way brings the op back', () => {
    const at = desk().live().setTitle('A').undo().redo();
    expect(titleOf(at)).toBe('A');
    expect(at.replica.pending).toHaveLength(1);
    at.ack(1, 11).undo();
    expect(titleOf(at)).toBe('Legal review');
    at.redo();
    expect(titleOf(at)).toBe('A');
    expect(at.sent('op')).toHaveLength(2);
    at.ack(2, 12);
    expect(at.sent('op')[2]).toMatchObject({ seq: 3, op: { kind: 'op.undo', rev: 12 } });
  });

  test('leaves alone what somebody changed since, and the refusal names the person', () => {
    const at = desk()
      .live()
      .setTitle('A')
      .commits(titled(11, 'A', 'Legal review', own(1)), titled(12, 'Theirs', 'A'));
    at.undo();
    expect(titleOf(at)).toBe('Theirs');
    at.frame({
      t: 'reject',
      stream: 'shared',
      seq: 2,
      code: 'conflict',
      message: 'Marc Olsen changed this after you',
    });
    expect(at.notices()).toMatchObject([
      { record: 'm1', field: 'title', message: 'Marc Olsen changed this after you' },
    ]);
    expect([canUndo(at.replica), canRedo(at.replica)]).toEqual([false, false]);
  });

  test('of an add removes', () => {
    const at = desk().live();
    const set = { milestone: 'm1', title: 'New' };
    at.propose('shared', { kind: 'task.add', id: 't9', set });
    const change = {
      entity: 'task',
      id: 't9',
      set: { ...set, pos: 'a1', visibility: 'shared' },
      was: null,
    } as const;
    at.commits({ ...titled(11, '', '', own(1)), kind: 'task.add', changes: [change] });
    at.undo();
    expect(record(show(at.replica, predict).states.shared, 'task', 't9')?.fields.removed).toBe(true);
  });

  test('forgets what could be redone once something new is done', () => {
    const at = desk()
      .live()
      .setTitle('A')
      .commits(titled(11, 'A', 'Legal review', own(1)))
      .undo();
    at.setTitle('B', 'm2');
    expect(canRedo(at.replica)).toBe(false);
    at.commits(titled(12, 'Legal review', 'A', { ...own(2), kind: 'op.undo' }));
    expect(canRedo(at.replica)).toBe(false);
  });

  test('is not offered for what it cannot take back', () => {
    const at = desk().live().propose('seller', { kind: 'milestone.publish', id: 'x1' });
    expect(canUndo(at.replica)).toBe(false);
    at.propose('shared', { kind: 'participant.revoke', id: 'marc' });
    expect(canUndo(at.replica)).toBe(false);
  });

  test('goes when the op itself was refused', () => {
    const at = desk().live().setTitle('A').undo();
    at.frame({ t: 'reject', stream: 'shared', seq: 1, code: 'invalid', message: 'no' });
    expect(at.replica.pending).toEqual([]);
    expect(titleOf(at)).toBe('Legal review');
  });

  test('of a yes is there until the other side has said it too', () => {
    const yes = { entity: 'acceptance', id: 'a', set: { side: 'seller', rev: 10 }, was: null } as const;
    const at = desk().live();
    at.propose('shared', { kind: 'plan.accept', rev: 10 }).ack(1, 11);
    at.commits({ rev: 11, ...own(1), by: 'ann', at: AT, kind: 'plan.accept', changes: [yes] });
    expect(canUndo(at.replica)).toBe(true);

    const both = {
      entity: 'baseline',
      id: 'b',
      set: { name: 'Agreement 1', agreed: true },
      was: null,
    } as const;
    const last = desk().live();
    last.propose('shared', { kind: 'plan.accept', rev: 10 });
    last.commits({ rev: 11, ...own(1), by: 'ann', at: AT, kind: 'plan.accept', changes: [both, yes] });
    expect(canUndo(last.replica)).toBe(false);
  });
});
