import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DateContext, echoDate, parseDate } from './date-input';
import { fromDayNumber } from './dates';

// 2026-09-16 is a Wednesday.
const british: DateContext = { locale: 'en-GB', today: '2026-09-16', goLive: '2026-12-01' };
const american: DateContext = { ...british, locale: 'en-US' };
const german: DateContext = { ...british, locale: 'de' };

function read(text: string, context: DateContext): string | null {
  const result = parseDate(text, context);
  return result.ok ? result.day : result.message;
}

describe('a typed date', () => {
  test.each([
    ['2026-10-22', '2026-10-22'],
    ['2026/10/2', '2026-10-02'],
    ['22 oct', '2026-10-22'],
    ['22 October', '2026-10-22'],
    ['22nd oct', '2026-10-22'],
    ['Oct 22', '2026-10-22'],
    ['october 22nd, 2027', '2027-10-22'],
    ['22 oct 27', '2027-10-22'],
    ['22oct', '2026-10-22'],
    ['3 jan', '2027-01-03'],
    ['1 sep', '2026-09-01'],
    ['1 jul', '2027-07-01'],
    ['29 feb', '2028-02-29'],
    ['22/10', '2026-10-22'],
    ['22.10.', '2026-10-22'],
    ['22/10/2027', '2027-10-22'],
    ['2/10/27', '2027-10-02'],
    ['2/10', '2026-10-02'],
    ['fri', '2026-09-18'],
    ['friday', '2026-09-18'],
    ['wed', '2026-09-23'],
    ['thu', '2026-09-17'],
    ['next fri', '2026-09-25'],
    ['Wed, 30 Dec 2026', '2026-12-30'],
    ['thu 22 oct', '2026-10-22'],
    ['Thu, Oct 22, 2026', '2026-10-22'],
    ['next mon', '2026-09-21'],
    ['today', '2026-09-16'],
    ['Tomorrow', '2026-09-17'],
    ['yesterday', '2026-09-15'],
    ['+2w', '2026-09-30'],
    ['+ 10', '2026-09-26'],
    ['+3d', '2026-09-19'],
    ['-1d', '2026-09-15'],
    ['−1d', '2026-09-15'],
    ['+1m', '2026-10-16'],
    ['+1y', '2027-09-16'],
    ['T-30', '2026-11-01'],
    ['t−30', '2026-11-01'],
    ['T', '2026-12-01'],
    ['T+5', '2026-12-06'],
    ['  22 oct  ', '2026-10-22'],
    ['２２ oct', '2026-10-22'],
  ])('%j is %s', (text, want) => {
    expect(read(text, british)).toBe(want);
  });

  test('is read in the order of the locale', () => {
    expect(read('2/10', american)).toBe('2027-02-10');
    expect(read('10/2', american)).toBe('2026-10-02');
    expect(read('22/10', american)).toBe('2026-10-22'); // no other reading
  });

  test('is read in the words of the locale, and in English', () => {
    expect(read('22. Okt', german)).toBe('2026-10-22');
    expect(read('3. März', german)).toBe('2027-03-03');
    expect(read('freitag', german)).toBe('2026-09-18');
    expect(read('morgen', german)).toBe('2026-09-17');
    expect(read('22 oct', german)).toBe('2026-10-22');
    expect(read('22 de octubre de 2027', { ...british, locale: 'es' })).toBe('2027-10-22');
    expect(read('22 octobre', { ...british, locale: 'fr' })).toBe('2026-10-22');
  });

  test('that is empty clears the field', () => {
    expect(parseDate('   ', british)).toEqual({ ok: true, day: null });
  });

  test('that does not exist is refused with what is accepted', () => {
    const accepted = 'Try 22 oct, 22/10, fri, +2w, T-30 or 2026-10-22.';
    expect(read('31 feb', british)).toBe(`There is no 31 feb in the calendar. ${accepted}`);
    expect(read('31/2', british)).toBe(`There is no 31/2 in the calendar. ${accepted}`);
    expect(read('2026-02-31', british)).toBe(`There is no 2026-02-31 in the calendar. ${accepted}`);
    expect(read('soon', british)).toBe(`“soon” is not a date. ${accepted}`);
    expect(read('soon', american)).toContain('10/22');
    expect(read('22 foo', british)).toContain('is not a date');
    expect(read('o', british)).toContain('is not a date');
    expect(read('5000-01-01', british)).toContain('is not a date');
    expect(read('+9999y', british)).toContain('is not a date');
  });

  test('counts from go-live only where there is one', () => {
    expect(read('T-30', { ...british, goLive: null })).toBe(
      'T counts from go-live, and this plan has no go-live date yet.',
    );
  });

  test('is echoed in its long form', () => {
    expect(echoDate('2026-10-22', british).replace(',', '')).toBe('Thu 22 Oct 2026');
  });

  test('in whatever form never throws, and what is accepted is a day', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 20 }),
        fc.constantFrom('en-GB', 'en-US', 'de', 'ar', 'ja'),
        (text, locale) => {
          const result = parseDate(text, { ...british, locale });
          if (result.ok && result.day !== null) expect(result.day).toMatch(/^\d{4}-\d{2}-\d{2}$/);
        },
      ),
    );
  });

  test('written by the locale is read as the same day', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 20_000, max: 30_000 }),
        fc.constantFrom('en-GB', 'en-US', 'de', 'fr', 'es'),
        (n, locale) => {
          const day = fromDayNumber(n);
          for (const month of ['short', 'long'] as const) {
            const format = new Intl.DateTimeFormat(locale, {
              timeZone: 'UTC',
              day: 'numeric',
              month,
              year: 'numeric',
            });
            expect(read(format.format(n * 86_400_000), { ...british, locale })).toBe(day);
          }
        },
      ),
    );
  });
});
