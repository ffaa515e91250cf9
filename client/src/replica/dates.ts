// Calendar days. A day is a string, "2026-10-22", compared with < and counted
// on day numbers; it never becomes an instant in somebody's time zone.

const DAY_MS = 86_400_000;
const ISO_DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const INSTANT = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?Z$/;

/** makeDay returns the day, or null when the calendar has none: 31 February. */
export function makeDay(year: number, month: number, day: number): string | null {
  if (!(year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= 31)) return null;
  const date = utc(year, month, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  return fromDayNumber(date.getTime() / DAY_MS);
}

/** isDay reports whether text is a day of the calendar in the form YYYY-MM-DD. */
export function isDay(text: string): boolean {
  const match = ISO_DAY.exec(text);
  return match !== null && makeDay(Number(match[1]), Number(match[2]), Number(match[3])) !== null;
}

/** dayNumber counts the days since 1970-01-01. It throws a RangeError for what is not a day. */
export function dayNumber(day: string): number {
  const match = ISO_DAY.exec(day);
  if (match === null) throw new RangeError(`${day} is not a day`);
  return utc(Number(match[1]), Number(match[2]), Number(match[3])).getTime() / DAY_MS;
}

/** fromDayNumber is the inverse of dayNumber. */
export function fromDayNumber(n: number): string {
  const date = new Date(n * DAY_MS);
  const year = String(date.getUTCFullYear()).padStart(4, '0');
  return `${year}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
}

/** addDays moves a day by n calendar days. */
export function addDays(day: string, n: number): string {
  return fromDayNumber(dayNumber(day) + n);
}

/** addMonths moves a day by n months, to the last day where the month is shorter. */
export function addMonths(day: string, n: number): string {
  const date = new Date(dayNumber(day) * DAY_MS);
  const months = date.getUTCFullYear() * 12 + date.getUTCMonth() + n;
  const year = Math.floor(months / 12);
  const month = months - year * 12 + 1;
  const last = utc(year, month + 1, 0).getUTCDate();
  return fromDayNumber(utc(year, month, Math.min(date.getUTCDate(), last)).getTime() / DAY_MS);
}

/** daysBetween is the number of days from one day to another; negative when to is earlier. */
export function daysBetween(from: string, to: string): number {
  return dayNumber(to) - dayNumber(from);
}

/** weekday is 1 for Monday to 7 for Sunday. */
export function weekday(day: string): number {
  return ((((dayNumber(day) + 3) % 7) + 7) % 7) + 1;
}

/** tMinus is how many days before go-live a day is: 12 reads as T−12, −3 as T+3. */
export function tMinus(day: string, goLive: string): number {
  return daysBetween(day, goLive);
}

/** todayIn is the day it is in an IANA time zone; an unknown zone counts as UTC. */
export function todayIn(zone: string, nowMs: number): string {
  let year = '';
  let month = '';
  let day = '';
  for (const part of zoneFormat(zone).formatToParts(nowMs)) {
    if (part.type === 'year') year = part.value;
    if (part.type === 'month') month = part.value;
    if (part.type === 'day') day = part.value;
  }
  return `${year.padStart(4, '0')}-${month}-${day}`;
}

/** DayStyle: short is "22 Oct", with the year when it is not today's; week is "Thu 22 Oct", long "Thu 22 Oct 2026". */
export type DayStyle = 'short' | 'week' | 'long';

/** formatDay writes a day for people, in the locale's own order and words. */
export function formatDay(day: string, locale: string, style: DayStyle, today: string): string {
  const withYear = style === 'long' || (style === 'short' && day.slice(0, 4) !== today.slice(0, 4));
  const key = `${locale} ${style} ${withYear}`;
  let format = dayFormats.get(key);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(locale, {
      timeZone: 'UTC',
      calendar: 'gregory',
      day: 'numeric',
      month: 'short',
      ...(withYear ? { year: 'numeric' } : {}),
      ...(style === 'short' ? {} : { weekday: 'short' }),
    });
    dayFormats.set(key, format);
  }
  return format.format(dayNumber(day) * DAY_MS);
}

/** instantMs reads the wire's instants, "2006-01-02T15:04:05.000000Z", or returns null. */
export function instantMs(at: string): number | null {
  const match = INSTANT.exec(at);
  if (match === null || !isDay(at.slice(0, 10))) return null;
  const [hours, minutes, seconds] = [Number(match[4]), Number(match[5]), Number(match[6])];
  if (hours > 23 || minutes > 59 || seconds > 60) return null;
  const fraction = Math.floor(Number(`0.${match[7] ?? '0'}`) * 1000);
  return dayNumber(at.slice(0, 10)) * DAY_MS + ((hours * 60 + minutes) * 60 + seconds) * 1000 + fraction;
}

/** instant writes milliseconds since 1970 the way the wire does, with six digits. */
export function instant(ms: number): string {
  return `${new Date(ms).toISOString().replace('Z', '')}000Z`;
}

const dayFormats = new Map<string, Intl.DateTimeFormat>();
const zoneFormats = new Map<string, Intl.DateTimeFormat>();

function zoneFormat(zone: string): Intl.DateTimeFormat {
  let format = zoneFormats.get(zone);
  if (format === undefined) {
    format = makeZoneFormat(zone);
    zoneFormats.set(zone, format);
  }
  return format;
}

function makeZoneFormat(zone: string): Intl.DateTimeFormat {
  const options = { calendar: 'gregory', year: 'numeric', month: '2-digit', day: '2-digit' } as const;
  try {
    return new Intl.DateTimeFormat('en-US', { ...options, timeZone: zone });
  } catch {
    // A zone newer than this browser's tables: the server knows it, we do not.
    return new Intl.DateTimeFormat('en-US', { ...options, timeZone: 'UTC' });
  }
}

// utc is Date.UTC without its reading of years 0 to 99 as 1900 to 1999.
function utc(year: number, month: number, day: number): Date {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date;
}

function two(n: number): string {
  return String(n).padStart(2, '0');
}
