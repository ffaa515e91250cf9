import { describe, expect, test } from 'vitest';
import { afterRemoval, COLUMNS, go, type Move, moveOf, type NavRow, type Stop } from './nav';

const rows: readonly NavRow[] = [
  { id: 'P', cols: ['title', 'more'] },
  { id: 'a', cols: COLUMNS },
  { id: 'b', cols: COLUMNS },
  { id: 'add', cols: ['title'], cellsOnly: true },
  { id: 'Q', cols: ['title', 'more'] },
  { id: 'c', cols: COLUMNS },
];

function at(row: string, col: Stop['col'], want = col): Stop {
  return { row, col, want };
}

function walk(from: Stop, ...moves: Move[]): Stop | null {
  return moves.reduce<Stop | null>((stop, move) => (stop === null ? null : go(rows, stop, move)), from);
}

describe('go', () => {
  test('keeps the column over rows that do not have it', () => {
    expect(walk(at('b', 'due'), 'down', 'down', 'down')).toEqual(at('c', 'due'));
    expect(walk(at('b', 'due'), 'down')).toEqual(at('add', 'title', 'due'));
  });
  test('stays in row mode over a row without one', () => {
    expect(walk(at('b', null), 'down')).toEqual(at('add', 'title', null));
    expect(walk(at('b', null), 'down', 'down')).toEqual(at('Q', null));
  });
  test('goes from the first cell to the row and back', () => {
    expect(walk(at('a', 'move'), 'prev')).toEqual(at('a', null));
    expect(walk(at('a', null), 'next')).toEqual(at('a', 'move'));
  });
  test('Home and End stay in the row, with Ctrl they do not', () => {
    expect(walk(at('b', 'due'), 'first')).toEqual(at('b', 'move'));
    expect(walk(at('b', 'due'), 'last')).toEqual(at('b', 'more'));
    expect(walk(at('b', 'due'), 'top')).toEqual(at('P', 'title', 'move'));
    expect(walk(at('b', 'due'), 'bottom')).toEqual(at('c', 'more'));
  });
  test('the page keys stop at the ends', () => {
    expect(walk(at('b', 'due'), 'pagedown')).toEqual(at('c', 'due'));
    expect(walk(at('c', 'due'), 'pagedown')).toBeNull();
    expect(walk(at('b', null), 'pageup')).toEqual(at('P', null));
  });
  test('leads nowhere at the ends and from unknown rows', () => {
    expect(walk(at('P', null), 'up')).toBeNull();
    expect(walk(at('c', 'more'), 'next')).toBeNull();
    expect(walk(at('x', 'due'), 'down')).toBeNull();
  });
});

test('arrows are visual in either direction of the script', () => {
  const key = { key: 'ArrowRight', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
  expect(moveOf(key, false)).toBe('next');
  expect(moveOf(key, true)).toBe('prev');
  expect(moveOf({ ...key, altKey: true }, false)).toBeNull();
});

describe('afterRemoval', () => {
  const milestones = (row: NavRow): boolean => row.cols === COLUMNS;
  const without = (...ids: string[]): NavRow[] => rows.filter((row) => !ids.includes(row.id));

  test('the next milestone, in the same column', () => {
    expect(afterRemoval(rows, without('a'), at('a', 'due'), milestones)).toEqual(at('b', 'due'));
  });
  test('the one before when there is no next', () => {
    expect(afterRemoval(rows, without('c'), at('c', null), milestones)).toEqual(at('b', null));
  });
  test('a head when no milestone is left', () => {
    expect(afterRemoval(rows, without('a', 'b', 'c'), at('c', 'due'), milestones)).toEqual(
      at('Q', 'title', 'due'),
    );
  });
  test('nowhere in an empty plan', () => {
    expect(afterRemoval(rows, [], at('a', 'due'), milestones)).toBeNull();
  });
});
