import { expect, test } from 'vitest';
import type { ActivityItem } from '../../connection/room-client';
import { parseSnapshot } from '../../replica/fold';
import type { Change, Fields } from '../../replica/types';
import { Viewer } from '../../replica/view';
import { plain, sentenceOf, type Words } from './sentence';

const shared = parseSnapshot({
  entities: {
    room: [{ id: 'r', seller_company: 'Northwind', buyer_company: 'Acme', time_zone: 'UTC' }],
    phase: [{ id: 'p', name: 'Evaluate', pos: 'a0' }],
    milestone: [
      {
        id: 'm',
        phase: 'p',
        title: 'Security review',
        pos: 'a0',
        due: '2026-10-30',
        agreed_due: '2026-10-12',
        moved_by: 'seller',
      },
    ],
    date_proposal: [{ id: 'd', milestone: 'm', to: '2026-10-22', side: 'buyer', state: 'open' }],
  },
});
const names: Readonly<Record<string, string>> = { marc: 'Marc Olsen', priya: 'Priya Nair' };
const words: Words = {
  view: new Viewer().view({ shared }, 0),
  actor: (id) => names[id ?? ''] ?? 'Somebody',
  day: (day) => `${Number(day.slice(8))} Oct`,
};

function say(by: string, kind: string, ...changes: readonly Change[]): string | null {
  const item = { stream: 'shared', rev: 1, at: '', by, kind, changes } as unknown as ActivityItem;
  const sentence = sentenceOf(item, words);
  return sentence === null ? null : plain(sentence);
}

function changed(entity: Change['entity'], id: string, set: Fields, was: Fields | null = {}): Change {
  return { entity, id, set, was };
}

test('a proposal and its answers say who, which day and why', () => {
  const proposed = { milestone: 'm', to: '2026-10-22', reason: 'the auditor is away', state: 'open' };
  expect(say('marc', 'date.propose', changed('date_proposal', 'd', proposed, null))).toBe(
    'Marc Olsen proposed 22 Oct for Security review because: the auditor is away',
  );
  const answered = changed('date_proposal', 'd', { state: 'accepted' });
  const moved = changed('milestone', 'm', { due: '2026-10-22' }, { due: '2026-10-12' });
  expect(say('priya', 'date.accept', moved, answered)).toBe(
    'Priya Nair agreed to 22 Oct for Security review',
  );
  const no = changed('date_proposal', 'd', { state: 'declined', answer_reason: 'too late' });
  expect(say('priya', 'date.decline', no)).toBe(
    'Priya Nair declined 22 Oct for Security review because: too late',
  );
  expect(say('marc', 'date.withdraw', changed('date_proposal', 'd', { state: 'withdrawn' }))).toBe(
    'Marc Olsen took back 22 Oct for Security review',
  );
  const counter = changed('date_proposal', 'e', { ...proposed, to: '2026-10-19', reason: null }, null);
  expect(say('priya', 'date.counter', changed('date_proposal', 'd', { state: 'countered' }), counter)).toBe(
    'Priya Nair answered with 19 Oct for Security review',
  );
});

test('a yes to the plan names who said it for which company, and one that changes nothing is not told', () => {
  const yes = changed('acceptance', 'a', { side: 'buyer', rev: 4 }, null);
  expect(say('marc', 'plan.accept', yes)).toBe('Marc Olsen agreed to the plan for Acme');
  const baseline = changed('baseline', 'b', { name: 'Agreement 1', agreed: true }, null);
  expect(say('marc', 'plan.accept', baseline, yes)).toBe(
    'Marc Olsen agreed to the plan for Acme and so both companies agree on the dates',
  );
  expect(say('marc', 'plan.accept')).toBeNull();
  expect(say('marc', 'op.undo', changed('acceptance', 'a', { removed: true }))).toBe(
    'Marc Olsen took back a yes to the plan',
  );
});

test('who agrees for a company is named, or anyone', () => {
  const named = (who: string | null) =>
    changed('room', 'r', { buyer_approver: who }, { buyer_approver: null });
  expect(say('priya', 'room.update', named('marc'))).toBe('Priya Nair named Marc Olsen to agree for Acme');
  expect(say('priya', 'room.update', named(null))).toBe('Priya Nair lets anyone who edits agree for Acme');
});

test('an agreed date that is moved alone says so, the second time too', () => {
  const first = { due: '2026-10-22', moved_by: 'seller' };
  expect(say('priya', 'milestone.reschedule', changed('milestone', 'm', first, { due: '2026-10-12' }))).toBe(
    'Priya Nair moved an agreed date alone: Security review from 12 Oct to 22 Oct',
  );
  const second = changed('milestone', 'm', { due: '2026-10-30' }, { due: '2026-10-22' });
  expect(say('priya', 'milestone.reschedule', second)).toBe(
    'Priya Nair moved an agreed date alone: Security review from 22 Oct to 30 Oct',
  );
  const other = changed('milestone', 'n', { ...first, moved_by: 'seller' }, { due: '2026-10-12' });
  expect(say('priya', 'plan.shift', second, other)).toBe('Priya Nair moved 2 agreed dates alone');
});
