import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { dayNumber, fromDayNumber } from './dates';
import { parseSnapshot } from './fold';
import { schedule, scheduleOf } from './schedule';
import type { PlanRecord, Records, States } from './state';
import type { Fields, Snapshot, Stream } from './types';

// The cases that the server's tests read too: both find the same dates, reasons
// and sentences (room/schedule_shared_test.go writes them).

interface Case {
  readonly name: string;
  readonly today: string;
  readonly streams: { readonly [stream in Stream]?: Snapshot };
  readonly schedule: unknown;
}

const FOLDER = new URL('../../../room/testdata/schedule/', import.meta.url);

function read(file: string): unknown {
  return JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'));
}

const files = readdirSync(FOLDER).filter((file) => file !== 'random.json');
const written = files.map((file) => read(file) as Case);
const random = read('random.json') as readonly Case[];

test('the shared cases are there', () => {
  expect(written.length).toBeGreaterThanOrEqual(30);
  expect(random.length).toBeGreaterThanOrEqual(300);
});

describe('the schedule is the server’s', () => {
  test.each(written.map((c) => [c.name, c] as const))('%s', (_name, c) => {
    expect(withoutNulls(schedule(statesOf(c), c.today))).toEqual(c.schedule);
  });

  test('in random plans', () => {
    for (const c of random) expect(withoutNulls(schedule(statesOf(c), c.today)), c.name).toEqual(c.schedule);
  });
});

describe('a loop that private dependencies close', () => {
  test('is cut, and every milestone has its forecast', () => {
    const states: States = {
      shared: {
        room: room(),
        phase: records([['p', { name: 'P', pos: 'a0' }]]),
        milestone: chain(3, 'shared'),
        dependency: links([0, 1], [1, 2]),
      },
      seller: { dependency: links([2, 0]) },
    };

    const { milestones } = schedule(states, '2026-06-01');

    expect(milestones.map((m) => m.forecast)).toEqual(['2026-06-02', '2026-06-04', '2026-06-08']);
  });
});

test('a view’s schedule is kept while no date can have changed', () => {
  const states = bigPlan();
  const before = scheduleOf({ states, today: '2026-06-01' });
  const talked = { ...states, shared: { ...states.shared, comment: records([['c', { body: 'Hi' }]]) } };

  expect(scheduleOf({ states: talked, today: '2026-06-01' })).toBe(before);
  expect(scheduleOf({ states: talked, today: '2026-06-02' })).not.toBe(before);
  const dated = { ...states, shared: { ...states.shared, milestone: chain(3, 'shared') } };
  expect(scheduleOf({ states: dated, today: '2026-06-02' }).milestones.length).toBe(3);
});

/** bigPlan is 500 milestones with 1,000 dependencies, the last of them go-live. */
function bigPlan(): States {
  const near: [number, number][] = [];
  for (let to = 1; to < 500; to++) near.push([to - 1, to], [Math.max(0, to - 7), to]);
  return {
    shared: {
      room: room(),
      phase: records([['p', { name: 'P', pos: 'a0' }]]),
      milestone: chain(500, 'shared'),
      dependency: links(...near),
    },
  };
}

// What it costs is printed, never asserted: machines differ.
test('a plan at the limit, timed', () => {
  const states = bigPlan();
  const times: number[] = [];
  for (let run = 0; run < 60; run++) {
    const start = performance.now();
    const { milestones } = schedule(states, '2026-06-01');
    times.push(performance.now() - start);
    expect(milestones.length).toBe(500);
  }
  times.sort((a, b) => a - b);
  console.info(
    `500 milestones, 998 dependencies: median ${times[30]?.toFixed(2)} ms, best ${times[0]?.toFixed(2)} ms`,
  );
});

function room(): Records {
  const holidays = Array.from({ length: 20 }, (_, n) => fromDayNumber(dayNumber('2026-06-10') + n * 17));
  return records([['r', { time_zone: 'Europe/Oslo', go_live: '2031-06-02', seller_holidays: holidays }]]);
}

function chain(count: number, visibility: string): Records {
  const all: [string, Fields][] = [];
  for (let n = 0; n < count; n++) {
    const last = n === count - 1 && count > 3;
    const fields = {
      phase: 'p',
      title: `Milestone ${n}`,
      status: 'not_started',
      visibility,
      duration_days: 2,
    };
    all.push([
      id(n),
      { ...fields, pos: `a${id(n)}`, ...(last ? { is_go_live: true, due: '2031-06-02' } : {}) },
    ]);
  }
  return records(all);
}

function links(...pairs: readonly (readonly [number, number])[]): Records {
  return records(pairs.map(([from, to], n) => [`d${n}`, { from: id(from), to: id(to) }]));
}

function id(n: number): string {
  return `m${String(n).padStart(4, '0')}`;
}

function records(all: readonly (readonly [string, Fields])[]): ReadonlyMap<string, PlanRecord> {
  return new Map(all.map(([name, fields]) => [name, { id: name, fields }]));
}

function statesOf(c: Case): States {
  return Object.fromEntries(
    Object.entries(c.streams).map(([stream, snapshot]) => [stream, parseSnapshot(snapshot)]),
  );
}

// withoutNulls writes a schedule as the server does: what is not known is absent.
function withoutNulls(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_key, field) => field ?? undefined));
}
