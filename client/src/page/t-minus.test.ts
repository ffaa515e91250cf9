import { expect, test } from 'vitest';
import type { PlanView } from '../replica/view-types';
import { tMinusText, tMinusWords } from './t-minus';

function room(fields: Record<string, unknown> = {}): PlanView {
  const record = { id: 'r', fields };
  return { states: { shared: { room: new Map([['r', record]]) } } } as unknown as PlanView;
}

// Monday 30 November 2026 is go-live; Thanksgiving is a day that one company has off. // plan rule: T−n counts calendar days
test.each([
  ['2026-10-22', 39, 'T−39', '39 days before go-live, 26 working days'],
  ['2026-11-27', 3, 'T−3', '3 days before go-live, 1 working day'],
  ['2026-11-30', 0, 'T', 'On the day of go-live'],
  ['2026-12-05', -5, 'T+5', '5 days after go-live, 4 working days'],
])('%s is %s', (due, tMinus, text, words) => {
  expect(tMinusText({ tMinus })).toBe(text);
  expect(tMinusWords(room({ buyer_holidays: ['2026-11-26'] }), { due, tMinus })).toBe(words);
});

test('what has no date is nowhere', () => {
  expect(tMinusText({ tMinus: null })).toBe('');
  expect(tMinusWords(room(), { due: null, tMinus: null })).toBe('');
});
