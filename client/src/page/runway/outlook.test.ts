import { expect, test } from 'vitest';
import type { PlanRecord, States } from '../../replica/state';
import { Viewer } from '../../replica/view';
import { outlookOf } from './outlook';

// A plan of two steps, the second of which is go-live.
function plan(goLive: Record<string, unknown>, legal: Record<string, unknown> = {}): States {
  const record = (id: string, fields: Record<string, unknown>): [string, PlanRecord] => [
    id,
    { id, fields } as PlanRecord,
  ];
  return {
    shared: {
      room: new Map([
        record('r', {
          name: 'R',
          buyer_company: 'Acme',
          seller_company: 'Northwind',
          time_zone: 'UTC',
          go_live: goLive.due,
        }),
      ]),
      phase: new Map([record('p', { name: 'P', pos: 'a0' })]),
      milestone: new Map([
        record('legal', {
          phase: 'p',
          title: 'Legal',
          status: 'in_progress',
          due: '2026-11-02',
          visibility: 'shared',
          pos: 'a0',
          buyer_owner: 'x',
          ...legal,
        }),
        record('live', {
          phase: 'p',
          title: 'Go-live',
          status: 'not_started',
          visibility: 'shared',
          pos: 'a1',
          is_go_live: true,
          duration_days: 5,
          ...goLive,
        }),
      ]),
      dependency: new Map([record('d', { from: 'legal', to: 'live' })]),
    },
  } as unknown as States;
}

const outlook = (states: States) => outlookOf(new Viewer().view(states, Date.UTC(2026, 9, 19, 12)));

test('a plan that can be kept says so, and nothing new of go-live', () => {
  expect(outlook(plan({ due: '2026-11-30', agreed_due: '2026-11-30' }))).toMatchObject({
    slip: 'On the agreed plan',
    against: '',
    late: false,
    agreed: null,
    forecast: null,
  });
});

test('slip is measured against what was agreed, and told from the plan alone', () => {
  expect(outlook(plan({ due: '2026-12-03', agreed_due: '2026-11-30' }))).toMatchObject({
    slip: '3 days late',
    against: 'vs agreed plan',
    level: 'late',
    word: 'Late',
    agreed: '2026-11-30',
    forecast: null,
  });
  expect(outlook(plan({ due: '2026-11-28', agreed_due: '2026-11-30' }))).toMatchObject({
    slip: '2 days ahead',
    against: 'vs agreed plan',
  });
});

test('a step that is late moves the forecast, not the date', () => {
  expect(outlook(plan({ due: '2026-10-22' }, { due: '2026-10-12' }))).toMatchObject({
    slip: '4 days late',
    against: 'vs plan',
    forecast: '2026-10-26',
    why: 'Go-live is heading for 26 Oct, 4 days after the planned 22 Oct, because of “Legal”',
  });
});

test('without a go-live there is nothing to be late for', () => {
  expect(outlook(plan({}))).toMatchObject({ slip: '', against: '', agreed: null, forecast: null });
});
