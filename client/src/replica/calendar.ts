import { dayNumber } from './dates';
import type { PlanRecord } from './state';
import type { Fields, Stream } from './types';

// Which days are worked, and counting by them, as the server does it
// (room/calendar.go): whole weeks are counted, holidays found by bisection.

const WEEKDAYS: readonly string[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** Calendar is one side's working days, or those that both sides work. Days are day numbers. */
export class Calendar {
  readonly #week: readonly boolean[];
  /** Working weekdays before the n-th of a week, and the weekday that is the n-th working one. */
  readonly #upTo: number[] = [0];
  readonly #nth: number[] = [0];
  readonly #holidays: readonly number[];
  readonly #ranks: readonly number[];

  constructor(weekend: readonly string[], holidays: readonly number[]) {
    const week = WEEKDAYS.map((name) => !weekend.includes(name));
    // A weekend of seven days would leave no day to count.
    this.#week = week.includes(true) ? week : week.map(() => true);
    let worked = 0;
    this.#week.forEach((works, weekday) => {
      if (works) this.#nth[++worked] = weekday;
      this.#upTo.push(worked);
    });
    const off = holidays.filter((d) => this.#week[mod(d + 3, 7)]);
    this.#holidays = [...new Set(off)].sort((a, b) => a - b);
    this.#ranks = this.#holidays.map((d, index) => this.#weekdaysUpTo(d) - index);
  }

  /** add is the n-th working day after d, before it where n is negative; d itself for 0. */
  add(d: number, n: number): number {
    if (n > 0) return this.#at(this.#rank(d) + n);
    return n < 0 ? this.#at(this.#rank(d - 1) + 1 + n) : d;
  }

  /** before is the last day from which add by n comes no later than d. */
  before(d: number, n: number): number {
    return n > 0 ? this.#at(this.#rank(d) - n + 1) - 1 : this.add(d, -n);
  }

  /** onOrAfter and onOrBefore are the nearest working days. */
  onOrAfter(d: number): number {
    return this.#at(this.#rank(d - 1) + 1);
  }

  onOrBefore(d: number): number {
    return this.#at(this.#rank(d));
  }

  /** between counts the working days after one day up to another; negative where that is earlier. */
  between(from: number, to: number): number {
    return this.#rank(to) - this.#rank(from);
  }

  /** start is the first of the n working days that end on due; due itself for none. */
  start(due: number, n: number): number {
    return n > 0 ? this.#at(this.#rank(due) - n + 1) : due;
  }

  // Working weekdays up to d, from a day far back; then less the holidays.
  #weekdaysUpTo(d: number): number {
    const perWeek = this.#upTo[7] ?? 0;
    return Math.floor((d + 3) / 7) * perWeek + (this.#upTo[mod(d + 3, 7) + 1] ?? 0);
  }

  #rank(d: number): number {
    return this.#weekdaysUpTo(d) - countUpTo(this.#holidays, d);
  }

  #at(rank: number): number {
    const place = rank + countUpTo(this.#ranks, rank);
    const perWeek = this.#upTo[7] ?? 1;
    const week = Math.floor((place - 1) / perWeek);
    return week * 7 + (this.#nth[place - week * perWeek] ?? 0) - 3;
  }
}

/** Whose says in whose calendar something counts. */
export type Whose = 'seller' | 'buyer' | 'both';

/** Calendars are those of a room's two companies; both has only the days that both work. */
export type Calendars = { readonly [whose in Whose]: Calendar };

/** calendarsOf reads the calendars from the room's own record. */
export function calendarsOf(room: PlanRecord | undefined): Calendars {
  const [seller, buyer] = [weekendOf(room, 'seller'), weekendOf(room, 'buyer')];
  const [sellerDays, buyerDays] = [holidaysOf(room, 'seller'), holidaysOf(room, 'buyer')];
  return {
    seller: new Calendar(seller, sellerDays),
    buyer: new Calendar(buyer, buyerDays),
    both: new Calendar([...seller, ...buyer], [...sellerDays, ...buyerDays]),
  };
}

/** whoseIs: a milestone counts in the calendar of the one side that owns it, or that it is kept to. */
export function whoseIs(stream: Stream, fields: Fields): Whose {
  if (stream !== 'shared') return stream;
  const [seller, buyer] = [fields.seller_owner != null, fields.buyer_owner != null];
  if (seller === buyer) return 'both';
  return seller ? 'seller' : 'buyer';
}

/** handOff is in whose calendar the time from one milestone to the next counts. */
export function handOff(from: Whose, to: Whose): Whose {
  return from === to ? to : 'both';
}

/** durationOf is how many working days a milestone takes: those from its start, or what it says. */
export function durationOf(calendar: Calendar, fields: Fields): number {
  const { start, due, duration_days: days } = fields;
  if (typeof start === 'string' && typeof due === 'string')
    return Math.max(0, calendar.between(dayNumber(start) - 1, dayNumber(due)));
  return typeof days === 'number' ? days : 0;
}

function weekendOf(room: PlanRecord | undefined, side: string): readonly string[] {
  const days = room?.fields[`${side}_weekend`];
  return Array.isArray(days) ? days : ['sat', 'sun'];
}

function holidaysOf(room: PlanRecord | undefined, side: string): readonly number[] {
  const days = room?.fields[`${side}_holidays`];
  return Array.isArray(days) ? days.map(dayNumber) : [];
}

// countUpTo is how many of the sorted numbers are not above most.
function countUpTo(sorted: readonly number[], most: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) > most) high = middle;
    else low = middle + 1;
  }
  return low;
}

function mod(a: number, b: number): number {
  return ((a % b) + b) % b;
}
