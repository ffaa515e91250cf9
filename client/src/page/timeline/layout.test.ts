import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDays, weekday } from '../../replica/dates';
import type { MilestoneView, PlanView } from '../../replica/view-types';
import type { Facts } from './facts';
import { dayAt, daysOff, edge, lookOf, months, place, type Span, spanOf, trackWidth, weeks } from './layout';

const FACTS: Facts = { start: null, agreed: null, slip: null, slack: null, drives: false };

function spanFor(
  milestones: readonly (Partial<MilestoneView> & Partial<Facts>)[],
  goLive: string | null = null,
): Span | null {
  const all = milestones.map((m, i) => ({ id: `m${i}`, status: 'not_started', due: null, ...m }));
  const view = {
    milestones: new Map(all.map((m) => [m.id, m])),
    room: { go_live: goLive },
  } as unknown as PlanView;
  return spanOf(view, new Map(all.map((m) => [m.id, { ...FACTS, ...m } as Facts])));
}

const OCTOBER: Span = { from: '2026-10-01', to: '2026-10-31', days: 31 };

describe('the days that are drawn', () => {
  test('reach from before the first date to a week after the last', () => {
    const drawn = spanFor([{ due: '2026-10-10' }, { due: '2026-11-20', start: '2026-10-05' }], '2026-11-30');
    expect(drawn).toEqual({ from: '2026-10-02', to: '2026-12-07', days: 67 });
  });

  test('have room for where a milestone was agreed to be', () => {
    const drawn = spanFor([{ due: '2026-10-10', agreed: '2026-09-01', slip: 39 }]);
    expect(drawn?.from).toBe('2026-08-29');
  });

  test('are two weeks at least, and none without a date', () => {
    expect(spanFor([{ due: '2026-10-10' }])?.days).toBe(14);
    expect(spanFor([{}])).toBeNull();
    expect(spanFor([{ due: '2026-10-10', status: 'cancelled' }])).toBeNull();
  });
});

describe('a place in time', () => {
  test('is the middle of its day, and the same day is found there again', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 }), (n) => {
        const day = addDays(OCTOBER.from, n);
        expect(dayAt(OCTOBER, place(OCTOBER, day) / 100)).toBe(day);
        expect(place(OCTOBER, day) - edge(OCTOBER, day)).toBeCloseTo(50 / 31);
      }),
    );
  });

  test('beyond the ends is the nearest day', () => {
    expect(dayAt(OCTOBER, -0.4)).toBe('2026-10-01');
    expect(dayAt(OCTOBER, 1.2)).toBe('2026-10-31');
  });
});

describe('the scale', () => {
  const span: Span = { from: '2026-09-28', to: '2026-11-02', days: 36 };

  test('has the months, cut at both ends, without a gap', () => {
    expect(months(span).map((m) => m.day)).toEqual(['2026-09-28', '2026-10-01', '2026-11-01']);
    expect(months(span).reduce((sum, m) => sum + m.width, 0)).toBeCloseTo(100);
  });

  test('has weeks that begin on Monday', () => {
    expect(weeks(span).map((w) => w.day)).toEqual([
      '2026-09-28',
      '2026-10-05',
      '2026-10-12',
      '2026-10-19',
      '2026-10-26',
      '2026-11-02',
    ]);
  });

  test('has days off in runs', () => {
    const runs = daysOff(OCTOBER, (day) => weekday(day) > 5 || day === '2026-10-05');
    expect(runs.map((run) => run.day)).toEqual([
      '2026-10-03',
      '2026-10-10',
      '2026-10-17',
      '2026-10-24',
      '2026-10-31',
    ]);
    expect(runs[0]?.width).toBeCloseTo((3 / 31) * 100);
  });

  test('is never narrower than the screen', () => {
    expect(trackWidth(OCTOBER, 'fit', 900)).toBe(900);
    expect(trackWidth(OCTOBER, 'month', 900)).toBe(900);
    expect(trackWidth(OCTOBER, 'week', 900)).toBe(31 * 72);
  });
});

describe('the shape of a marker', () => {
  test.each([
    [{ status: 'done', late: false }, 'done'],
    [{ status: 'in_progress', late: true }, 'late'],
    [{ status: 'in_progress', late: false }, 'started'],
    [{ status: 'blocked', late: true }, 'blocked'],
    [{ status: 'cancelled' }, 'skipped'],
    [{ status: 'done', is_go_live: true }, 'live'],
    [{ status: 'not_started' }, 'open'],
  ] as const)('%o is %s', (m, look) => {
    expect(lookOf(m as MilestoneView)).toBe(look);
  });
});
