import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import {
  addDays,
  addMonths,
  dayNumber,
  daysBetween,
  formatDay,
  fromDayNumber,
  instant,
  instantMs,
  isDay,
  makeDay,
  tMinus,
  todayIn,
  weekday,
} from './dates';

const ZONES = ['America/Los_Angeles', 'UTC', 'Asia/Kolkata', 'Pacific/Auckland'] as const;
const home = process.env.TZ;

afterEach(() => {
  process.env.TZ = home ?? 'UTC';
});

describe.each(ZONES)('with the browser in %s', (zone) => {
  test('a day stays the day that it is', () => {
    process.env.TZ = zone;
    expect(fromDayNumber(dayNumber('2026-03-31'))).toBe('2026-03-31');
    expect(addDays('2026-03-28', 1)).toBe('2026-03-29'); // the clocks change in Europe
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
    expect(daysBetween('2026-02-28', '2026-03-01')).toBe(1);
    expect(formatDay('2026-03-31', 'en-GB', 'long', '2026-01-01')).toBe('Tue, 31 Mar 2026');
    expect(weekday('2026-10-22')).toBe(4);
  });

  test('every day survives the way to a number and back', () => {
    process.env.TZ = zone;
    fc.assert(
      fc.property(fc.integer({ min: -100_000, max: 100_000 }), (n) => {
        const day = fromDayNumber(n);
        expect(isDay(day)).toBe(true);
        expect(dayNumber(day)).toBe(n);
        expect(weekday(addDays(day, 7))).toBe(weekday(day));
      }),
    );
  });

  test('the order of days is the order of their texts', () => {
    process.env.TZ = zone;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60_000 }), fc.integer({ min: 0, max: 60_000 }), (a, b) => {
        expect(fromDayNumber(a) < fromDayNumber(b)).toBe(a < b);
      }),
    );
  });
});

describe('today', () => {
  // 2026-10-22T03:30Z: three different days are going on in the world that day.
  const now = Date.UTC(2026, 9, 22, 3, 30);

  test.each([
    ['America/Los_Angeles', '2026-10-21'],
    ['UTC', '2026-10-22'],
    ['Asia/Kolkata', '2026-10-22'],
    ['Pacific/Auckland', '2026-10-22'],
    ['Pacific/Kiritimati', '2026-10-22'],
    ['Nowhere/Unknown', '2026-10-22'],
  ])('in %s is %s', (zone, day) => {
    expect(todayIn(zone, now)).toBe(day);
  });

  test('begins at midnight of the room', () => {
    expect(todayIn('Pacific/Auckland', Date.UTC(2026, 9, 21, 10, 59, 59))).toBe('2026-10-21');
    expect(todayIn('Pacific/Auckland', Date.UTC(2026, 9, 21, 11, 0, 0))).toBe('2026-10-22');
  });
});

describe('days', () => {
  test.each([
    ['2026-02-30', false],
    ['2026-02-29', false],
    ['2028-02-29', true],
    ['2026-13-01', false],
    ['2026-1-1', false],
    ['0000-01-01', false],
    ['2026-10-22T00:00', false],
    ['', false],
  ])('%j is a day: %s', (text, want) => {
    expect(isDay(text)).toBe(want);
  });

  test('a month later is the last day where the month is shorter', () => {
    expect(addMonths('2026-01-31', 1)).toBe('2026-02-28');
    expect(addMonths('2028-01-31', 1)).toBe('2028-02-29');
    expect(addMonths('2026-01-15', -2)).toBe('2025-11-15');
    expect(addMonths('2026-12-31', 14)).toBe('2028-02-29');
  });

  test('T counts down to go-live', () => {
    expect(tMinus('2026-10-10', '2026-10-22')).toBe(12);
    expect(tMinus('2026-10-22', '2026-10-22')).toBe(0);
    expect(tMinus('2026-10-25', '2026-10-22')).toBe(-3);
  });

  test('what is no day is told apart', () => {
    expect(() => dayNumber('22 oct')).toThrow(RangeError);
    expect(makeDay(2026, 2, 31)).toBeNull();
    expect(makeDay(Number.NaN, 2, 3)).toBeNull();
    expect(makeDay(99, 12, 31)).toBe('0099-12-31');
  });
});

describe('a day for people', () => {
  test.each([
    ['2026-10-22', 'en-GB', 'short', '22 Oct'],
    ['2027-10-22', 'en-GB', 'short', '22 Oct 2027'],
    ['2026-10-22', 'en-US', 'short', 'Oct 22'],
    ['2026-10-22', 'de', 'short', '22. Okt.'],
    ['2026-10-22', 'en-GB', 'long', 'Thu 22 Oct 2026'],
  ] as const)('%s in %s, %s: %s', (day, locale, style, want) => {
    expect(formatDay(day, locale, style, '2026-01-01').replace(',', '')).toBe(want);
  });
});

describe('instants', () => {
  test('are read with and without a fraction', () => {
    expect(instantMs('2026-05-04T09:30:04.123456Z')).toBe(Date.UTC(2026, 4, 4, 9, 30, 4, 123));
    expect(instantMs('2026-05-04T09:30:04Z')).toBe(Date.UTC(2026, 4, 4, 9, 30, 4));
    expect(instantMs('2026-05-04T09:30:04.12345678Z')).toBe(Date.UTC(2026, 4, 4, 9, 30, 4, 123));
  });

  test.each([
    '',
    'now',
    '2026-05-04',
    '2026-02-30T09:30:04Z',
    '2026-05-04T25:30:04Z',
    '2026-05-04T09:30:04+02:00',
  ])('%j is none', (text) => {
    expect(instantMs(text)).toBeNull();
  });

  test('are written with six digits', () => {
    expect(instant(Date.UTC(2026, 4, 4, 9, 30, 4, 123))).toBe('2026-05-04T09:30:04.123000Z');
    expect(instantMs(instant(1_800_000_000_001))).toBe(1_800_000_000_001);
  });
});
