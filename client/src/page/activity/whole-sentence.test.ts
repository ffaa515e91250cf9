import { expect, test } from 'vitest';
import type { ActivityItem } from '../../connection/room-client';
import { parseSnapshot } from '../../replica/fold';
import type { Change, Fields } from '../../replica/types';
import { Viewer } from '../../replica/view';
import { plain, sentenceOf, type Words } from './sentence';

const shared = parseSnapshot({
  entities: {
    room: [{ id: 'r', seller_company: 'Northwind', buyer_company: 'Acme', time_zone: 'UTC' }],
  },
});
const words: Words = {
  view: new Viewer().view({ shared }, 0),
  actor: () => 'Priya Nair',
  day: (day) => day,
};

function say(kind: string, changes: readonly Change[]): string | null {
  const item = { stream: 'shared', rev: 1, at: '', by: 'priya', kind, changes } as unknown as ActivityItem;
  const sentence = sentenceOf(item, words);
  return sentence === null ? null : plain(sentence);
}

// A phase and n milestones in it, changed alike.
function plan(n: number, set: Fields, was: Fields | null): readonly Change[] {
  const ids = Array.from({ length: n }, (_, i) => `m${i}`);
  return [
    { entity: 'phase', id: 'p', set, was },
    ...ids.map((id): Change => ({ entity: 'milestone', id, set, was })),
  ];
}

test('a table, a template and taking them back are told by how many milestones they are about', () => {
  const add = { title: 'Review' };
  expect(say('plan.import', plan(38, add, null))).toBe('Priya Nair imported 38 milestones');
  expect(say('plan.import', plan(1, add, null))).toBe('Priya Nair imported 1 milestone');
  expect(say('template.apply', plan(12, add, null))).toBe('Priya Nair added 12 milestones from a template');
  expect(say('op.undo', plan(38, { removed: true }, {}))).toBe('Priya Nair took back 38 milestones');
  expect(say('op.undo', plan(38, { removed: null }, { removed: true }))).toBe(
    'Priya Nair brought back 38 milestones',
  );
});

test('taking one thing back still names it', () => {
  const one: Change = { entity: 'milestone', id: 'm', set: { title: 'Review' }, was: { title: 'Revue' } };
  expect(say('op.undo', [one])).toBe('Priya Nair undid a change to Review title from Revue to Review');
});

test('working days are told by whose they are', () => {
  const change = (set: Fields): Change => ({ entity: 'room', id: 'r', set, was: {} });
  expect(say('room.update', [change({ buyer_weekend: ['fri'], buyer_country: 'no' })])).toBe(
    'Priya Nair changed the working days of Acme',
  );
  expect(say('room.update', [change({ buyer_country: 'no', seller_holidays: ['2026-12-24'] })])).toBe(
    'Priya Nair changed the working days of Northwind and Acme',
  );
  expect(say('room.update', [change({ buyer_country: 'no', name: 'Rollout' })])).not.toContain(
    'working days',
  );
});
