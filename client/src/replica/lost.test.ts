import { describe, expect, test } from 'vitest';
import type { Saved } from './model';
import { create } from './replica';
import { readSaved, save } from './saved';
import { ANN, Desk, desk, SHARED, titled, titleOf } from './testing/plan';

// P32: after the server went back in time the seq of the snapshot says what of
// this client it still has.

/** edited is a tab whose title edits were all acknowledged and are in the state. */
function edited(...titles: string[]): Desk {
  const at = desk().live();
  titles.forEach((title, i) => {
    at.setTitle(title).ack(i + 1, 11 + i);
    at.commits(
      titled(11 + i, title, titles[i - 1] ?? 'Legal review', { by: 'ann', client: 'c1', seq: i + 1 }),
    );
  });
  expect(at.replica.pending).toEqual([]);
  return at;
}

/** setBack is the server's answer from another epoch: the state at rev 10, and up to seq. */
function setBack(at: Desk, seq: number, epoch = 'e2', rev = 10): Desk {
  return at.frame({ t: 'joined', stream: 'shared', epoch, rev, seq, snapshot: SHARED });
}

describe('edits that the server acknowledged and lost', () => {
  test('are told at their field, the newest of each, to be made again', () => {
    const at = setBack(edited('One', 'Two'), 0);
    expect(titleOf(at)).toBe('Legal review');
    expect(at.notices()).toMatchObject([
      { kind: 'reject', lost: true, record: 'm1', field: 'title', mine: 'Two', theirs: 'Legal review' },
    ]);
    expect(at.sent('op')).toHaveLength(2);
  });

  test('are told once', () => {
    const at = setBack(setBack(edited('One'), 0), 0, 'e3');
    expect(at.notices()).toHaveLength(1);
  });

  test('are not told when the server has them', () => {
    expect(setBack(edited('One'), 1).notices()).toEqual([]);
    expect(setBack(edited('Legal review'), 0).notices()).toEqual([]);
  });

  test('are not told in the epoch they were made in, whatever an older answer says', () => {
    const at = edited('One');
    at.frame({ t: 'joined', stream: 'shared', epoch: 'e1', rev: 11, seq: 0, resumed: true });
    expect(at.notices()).toEqual([]);
  });

  test('are not told where the person is editing again', () => {
    const at = edited('One').setTitle('Again');
    expect(setBack(at, 0).notices()).toEqual([]);
  });

  test('and undone are not told', () => {
    const at = edited('One').undo();
    at.ack(2, 12).commits(titled(12, 'Legal review', 'One', { by: 'ann', client: 'c1', seq: 2 }));
    expect(setBack(at, 0).notices()).toEqual([]);
  });

  test('are told after a reload too, when the page brought the new epoch along', () => {
    const saved = readSaved(JSON.parse(JSON.stringify(save(edited('One').replica)))) as Saved;
    const page = new Desk(create('c9', ANN, [{ stream: 'shared', epoch: 'e2', rev: 10, snapshot: SHARED }]));
    page.dispatch({ kind: 'restore', saved });
    expect(page.notices()).toEqual([]);
    page.frame({ t: 'joined', stream: 'shared', epoch: 'e2', rev: 10, seq: 0, resumed: true });
    expect(page.notices()).toMatchObject([{ lost: true, mine: 'One' }]);
  });

  test('made under an earlier client name are told by their rev', () => {
    const at = edited('One').dispatch({ kind: 'renamed', client: 'c2' });
    expect(setBack(at, 0, 'e2', 10).notices()).toMatchObject([{ lost: true, mine: 'One' }]);
    const other = edited('One').dispatch({ kind: 'renamed', client: 'c2' });
    expect(setBack(other, 0, 'e2', 11).notices()).toEqual([]);
  });

  test('while one that was not acknowledged is sent again', () => {
    const at = edited('One');
    at.propose('shared', { kind: 'milestone.update', id: 'm2', set: { title: 'Pending' } });
    setBack(at, 0);
    expect(at.notices()).toMatchObject([{ lost: true, mine: 'One' }]);
    expect(at.replica.pending).toMatchObject([{ ops: [{ set: { title: 'Pending' } }] }]);
  });
});
