import { expect, test } from 'vitest';
import { assign, fieldOf, GUESS, named, rowsOf } from './table';

test('a field has one column, and a column is one field', () => {
  const guessed = { title: 0, due: 2 };
  expect(assign(guessed, 1, 'title')).toEqual({ due: 2, title: 1 });
  expect(assign(guessed, 2, 'phase')).toEqual({ title: 0, phase: 2 });
  expect(assign(guessed, 0, '')).toEqual({ due: 2 });
  expect(fieldOf(guessed, 2)).toBe('due');
  expect(fieldOf(guessed, 1)).toBe('');
});

test('a row with several faults is one row', () => {
  const fault = (row: number) => ({ row, field: 'due', message: '' });
  expect(rowsOf([fault(12), fault(3), fault(12)])).toEqual([3, 12]);
});

test('an upload keeps its name when it is sent again, and gets another when it is read otherwise', () => {
  const file = new File(['Task\nReview\n'], 'plan.csv', { lastModified: 1 });
  const first = named(null, file, GUESS);
  expect(named(first, file, GUESS)).toBe(first);
  expect(named(first, file, { ...GUESS, skip: [2] }).client).not.toBe(first.client);
  expect(named(first, new File(['Task\n'], 'plan.csv', { lastModified: 1 }), GUESS).client).not.toBe(
    first.client,
  );
});
