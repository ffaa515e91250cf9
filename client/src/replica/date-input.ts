import { addDays, addMonths, formatDay, makeDay, weekday } from './dates';

/** DateContext is what a typed date is relative to. */
export interface DateContext {
  readonly locale: string;
  readonly today: string;
  readonly goLive: string | null;
}

/** DateInput is what was typed: a day, null for an empty field, or why it is neither. */
export type DateInput =
  | { readonly ok: true; readonly day: string | null }
  | { readonly ok: false; readonly message: string };

// A date without a year means the coming one, unless it passed so recently that
// the person is more likely to mean that one.
const RECENT_DAYS = 60;
const LAST_YEAR = 2199;
const FIRST_YEAR = 1970;

/**
 * parseDate reads "22 oct", "22/10" in the locale's order, "fri", "next fri",
 * "today", "+2w", "T-30" and "2026-10-22". A refusal says what is accepted.
 */
export function parseDate(text: string, context: DateContext): DateInput {
  const typed = text.normalize('NFKC').trim().toLocaleLowerCase(context.locale).replace(/[−–]/g, '-');
  if (typed === '') return { ok: true, day: null };
  for (const reader of readers) {
    const result = reader(typed, context);
    if (result === null) continue;
    if (typeof result !== 'string') return result;
    const year = Number(result.slice(0, 4));
    if (year < FIRST_YEAR || year > LAST_YEAR) break;
    return { ok: true, day: result };
  }
  return refuse(`“${text.trim()}” is not a date.`, context);
}

/** echoDate says a typed day in its long form, to be read before it is committed. */
export function echoDate(day: string, context: DateContext): string {
  return formatDay(day, context.locale, 'long', context.today);
}

type Reader = (typed: string, context: DateContext) => string | DateInput | null;

const readers: readonly Reader[] = [
  readIso,
  readNumbers,
  readWords,
  readWeekday,
  readDated,
  readToday,
  readOffset,
  readT,
];

function refuse(what: string, context: DateContext): DateInput {
  const numbers = monthFirst(context.locale) ? '10/22' : '22/10';
  return { ok: false, message: `${what} Try 22 oct, ${numbers}, fri, +2w, T-30 or 2026-10-22.` };
}

function noSuchDay(typed: string, context: DateContext): DateInput {
  return refuse(`There is no ${typed} in the calendar.`, context);
}

function readIso(typed: string, context: DateContext): string | DateInput | null {
  const match = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/.exec(typed);
  if (match === null) return null;
  return makeDay(Number(match[1]), Number(match[2]), Number(match[3])) ?? noSuchDay(typed, context);
}

function readNumbers(typed: string, context: DateContext): string | DateInput | null {
  const match = /^(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]?\s*(\d{4}|\d{2})?$/.exec(typed);
  if (match === null) return null;
  const [first, second] = [Number(match[1]), Number(match[2])];
  const [day, month] = monthFirst(context.locale) ? [second, first] : [first, second];
  const year = fullYear(match[3]);
  // 22/10 has one reading only, in whichever order the locale writes.
  return near(year, month, day, context) ?? near(year, day, month, context) ?? noSuchDay(typed, context);
}

function readWords(typed: string, context: DateContext): string | DateInput | null {
  const match =
    /^(\d{1,2})(?:st|nd|rd|th|er|\.|º)?\s*(?:de\s+)?(\p{L}+)\.?,?\s*(?:de\s+)?(\d{4}|\d{2})?$/u.exec(typed) ??
    /^(?<month>\p{L}+)\.?\s*(?<day>\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(?<year>\d{4}|\d{2}))?$/u.exec(typed);
  if (match === null) return null;
  const words = match.groups ?? { day: match[1], month: match[2], year: match[3] };
  const month = indexOfName(words.month ?? '', names(context.locale).months);
  if (month === null) return null;
  return near(fullYear(words.year), month + 1, Number(words.day), context) ?? noSuchDay(typed, context);
}

function readWeekday(typed: string, context: DateContext): string | null {
  const match = /^(next\s+)?(\p{L}+)\.?$/u.exec(typed);
  if (match === null) return null;
  const index = indexOfName(match[2] ?? '', names(context.locale).weekdays);
  if (index === null) return null;
  const today = weekday(context.today);
  // "next fri" is the Friday of next week, "fri" the first one after today.
  if (match[1] !== undefined) return addDays(context.today, 7 - today + index + 1);
  return addDays(context.today, ((index + 1 - today + 6) % 7) + 1);
}

// readDated: "wed, 30 dec 2026", as dates are written and pasted.
function readDated(typed: string, context: DateContext): string | DateInput | null {
  const match = /^(\p{L}+)\.?,?\s+(.*\d.*)$/u.exec(typed);
  if (match === null || indexOfName(match[1] ?? '', names(context.locale).weekdays) === null) return null;
  const date = match[2] ?? '';
  return readNumbers(date, context) ?? readWords(date, context);
}

function readToday(typed: string, context: DateContext): string | null {
  for (const locale of [context.locale, 'en']) {
    const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
    for (const days of [0, 1, -1]) {
      if (relative.format(days, 'day').toLocaleLowerCase(locale) === typed)
        return addDays(context.today, days);
    }
  }
  return null;
}

function readOffset(typed: string, context: DateContext): string | null {
  const match = /^([+-])\s*(\d{1,4})\s*([dwmy])?$/.exec(typed);
  if (match === null) return null;
  const n = (match[1] === '-' ? -1 : 1) * Number(match[2]);
  switch (match[3]) {
    case 'w':
      return addDays(context.today, n * 7);
    case 'm':
      return addMonths(context.today, n);
    case 'y':
      return addMonths(context.today, n * 12);
    default:
      return addDays(context.today, n);
  }
}

function readT(typed: string, context: DateContext): string | DateInput | null {
  const match = /^t(?:\s*([+-])\s*(\d{1,4}))?$/.exec(typed);
  if (match === null) return null;
  if (context.goLive === null) {
    return { ok: false, message: 'T counts from go-live, and this plan has no go-live date yet.' };
  }
  const n = Number(match[2] ?? '0');
  return addDays(context.goLive, match[1] === '-' ? -n : n);
}

// near takes the year that was typed, or the one that makes the day the coming
// or a recent one; 29 February looks ahead to the next leap year.
function near(year: number | null, month: number, day: number, context: DateContext): string | null {
  if (year !== null) return makeDay(year, month, day);
  const thisYear = Number(context.today.slice(0, 4));
  const earliest = addDays(context.today, -RECENT_DAYS);
  for (let candidate = thisYear - 1; candidate <= thisYear + 8; candidate++) {
    const found = makeDay(candidate, month, day);
    if (found !== null && found >= earliest) return found;
  }
  return null;
}

function fullYear(digits: string | undefined): number | null {
  if (digits === undefined) return null;
  return digits.length === 2 ? 2000 + Number(digits) : Number(digits);
}

// indexOfName finds the one name that the word begins; three letters are enough
// to begin with, fewer only when they are the whole name.
function indexOfName(word: string, lists: readonly (readonly string[])[]): number | null {
  for (const list of lists) {
    const exact = list.indexOf(word);
    if (exact >= 0) return exact;
  }
  if (word.length < 3) return null;
  for (const list of lists) {
    const found = list.findIndex((name) => name.startsWith(word));
    if (found >= 0) return found;
  }
  return null;
}

interface Names {
  readonly months: readonly (readonly string[])[];
  readonly weekdays: readonly (readonly string[])[];
}

const namesOf = new Map<string, Names>();

// names are the locale's words, long and short, then the English ones.
function names(locale: string): Names {
  let found = namesOf.get(locale);
  if (found === undefined) {
    const locales = [locale, 'en'];
    found = {
      months: locales.flatMap((l) => [list(l, 12, monthOf('long')), list(l, 12, monthOf('short'))]),
      weekdays: locales.flatMap((l) => [list(l, 7, weekdayOf('long')), list(l, 7, weekdayOf('short'))]),
    };
    namesOf.set(locale, found);
  }
  return found;
}

type NameOf = (locale: string, index: number) => string;

function monthOf(width: 'long' | 'short'): NameOf {
  // With a day beside it, so that a language with cases gives the one that is typed.
  return (locale, index) =>
    new Intl.DateTimeFormat(locale, { timeZone: 'UTC', calendar: 'gregory', day: 'numeric', month: width })
      .formatToParts(Date.UTC(2024, index, 1))
      .find((part) => part.type === 'month')?.value ?? '';
}

function weekdayOf(width: 'long' | 'short'): NameOf {
  // 2024-01-01 was a Monday.
  return (locale, index) =>
    new Intl.DateTimeFormat(locale, { timeZone: 'UTC', weekday: width }).format(Date.UTC(2024, 0, index + 1));
}

function list(locale: string, length: number, nameOf: NameOf): string[] {
  return Array.from({ length }, (_, index) =>
    nameOf(locale, index).toLocaleLowerCase(locale).replace(/\.$/, ''),
  );
}

function monthFirst(locale: string): boolean {
  const parts = new Intl.DateTimeFormat(locale, {
    timeZone: 'UTC',
    calendar: 'gregory',
    day: 'numeric',
    month: 'numeric',
  })
    .formatToParts(0)
    .map((part) => part.type);
  return parts.indexOf('month') < parts.indexOf('day');
}
