import type { Fields } from '../../replica/types';
import type { CompanySide, RoomView } from '../../replica/view-types';

/** Holiday is a day off, by the name it has in its country. */
export interface Holiday {
  readonly day: string;
  readonly name: string;
}

/** Country is a place whose holidays the server knows. */
export interface Country {
  readonly code: string;
  readonly name: string;
}

/** DaysOff are when one company does not work. */
export interface DaysOff {
  readonly weekend: readonly string[];
  readonly country: string;
  readonly holidays: readonly string[];
}

/** WEEK is the days of a week as a room holds them, with a day that is one. */
export const WEEK: readonly (readonly [name: string, example: string])[] = [
  ['mon', '2024-01-01'],
  ['tue', '2024-01-02'],
  ['wed', '2024-01-03'],
  ['thu', '2024-01-04'],
  ['fri', '2024-01-05'],
  ['sat', '2024-01-06'],
  ['sun', '2024-01-07'],
];
const USUAL: readonly string[] = ['sat', 'sun'];

/** YEARS is for how long a room gets a country's holidays, as when it is made. */
export const YEARS = 5;

/** spanOf is the days that a country's holidays are asked for. */
export function spanOf(today: string): { readonly from: string; readonly to: string } {
  const year = Number(today.slice(0, 4));
  return { from: `${year}-01-01`, to: `${year + YEARS - 1}-12-31` };
}

/** daysOff reads a side's from the room. */
export function daysOff(room: RoomView | null, side: CompanySide): DaysOff {
  return {
    weekend: room?.[`${side}_weekend`] ?? USUAL,
    country: room?.[`${side}_country`] ?? '',
    holidays: room?.[`${side}_holidays`] ?? [],
  };
}

/** toggled adds a weekday to the weekend, or takes it out; one day a week is always worked. */
export function toggled(weekend: readonly string[], day: string): readonly string[] {
  const has = weekend.includes(day);
  const out = WEEK.map(([name]) => name).filter((n) => (n === day ? !has : weekend.includes(n)));
  return out.length === WEEK.length ? weekend : out;
}

/** ownDays are the days off that the country does not explain. */
export function ownDays(days: DaysOff, known: readonly Holiday[]): readonly string[] {
  return days.holidays.filter((day) => !known.some((h) => h.day === day));
}

/** moved is the same company in another country: its own days stay. */
export function moved(
  days: DaysOff,
  from: readonly Holiday[],
  country: string,
  to: readonly Holiday[],
): DaysOff {
  return { ...days, country, holidays: sorted([...ownDays(days, from), ...to.map((h) => h.day)]) };
}

/** withDay and withoutDay change the days off by one. */
export function withDay(days: DaysOff, day: string): DaysOff {
  return { ...days, holidays: sorted([...days.holidays, day]) };
}

export function withoutDay(days: DaysOff, day: string): DaysOff {
  return { ...days, holidays: days.holidays.filter((d) => d !== day) };
}

/** changed are the fields of a room.update that make a side's days off so; none where they are. */
export function changed(room: RoomView | null, side: CompanySide, days: DaysOff): Fields {
  const was = daysOff(room, side);
  const set: Record<string, Fields[string]> = {};
  if (days.weekend.join() !== was.weekend.join()) {
    set[`${side}_weekend`] = days.weekend.join() === USUAL.join() ? null : days.weekend;
  }
  if (days.country !== was.country) set[`${side}_country`] = days.country || null;
  if (days.holidays.join() !== was.holidays.join()) {
    set[`${side}_holidays`] = days.holidays.length === 0 ? null : days.holidays;
  }
  return set;
}

function sorted(days: readonly string[]): readonly string[] {
  return [...new Set(days)].sort();
}
