import {
  type Calendar,
  type Calendars,
  calendarsOf,
  durationOf,
  handOff,
  type Whose,
  whoseIs,
} from './calendar';
import { dayNumber, fromDayNumber, instantMs, todayIn } from './dates';
import { type Health, healthOf } from './health';
import { sameItems } from './memo';
import { mergeRecords } from './merge';
import { byPosition } from './order';
import { isRemoved, type States, text } from './state';
import { STREAMS } from './types';
import type { PlanView, Progress } from './view-types';
import { sentence, unfilledText } from './words';

// What follows from a plan's dates on one day, for whoever reads these states:
// the server's own rules (room/schedule.go), so that both find the same.

/** Schedule holds what is known; what is not is null. Days are YYYY-MM-DD. */
export interface Schedule {
  readonly today: string;
  readonly go_live: string | null;
  readonly agreed_go_live: string | null;
  readonly forecast_go_live: string | null;
  /** slip_days counts from the agreed go-live, or from the planned one while none is agreed. */
  readonly slip_days: number | null;
  readonly health: Health;
  readonly progress: Progress;
  /** next is the open milestone that is due first. */
  readonly next: string | null;
  /** driving are the open milestones that a delay of delays go-live, go-live last. */
  readonly driving: readonly string[];
  /** cause is the milestone that the slip begins with. */
  readonly cause: string | null;
  readonly unfilled: readonly { readonly id: string; readonly text: string }[];
  readonly unowned: readonly string[];
  readonly milestones: readonly Scheduled[];
}

/** Scheduled is what follows for one milestone. */
export interface Scheduled {
  readonly id: string;
  readonly due: string | null;
  readonly agreed_due: string | null;
  readonly slip_days: number | null;
  readonly forecast: string | null;
  readonly latest_start: string | null;
  readonly latest_finish: string | null;
  readonly slack_days: number | null;
  readonly drives: boolean;
  readonly late: boolean;
  readonly sentence: string | null;
}

/** Item is one milestone, and what is found for it. Days are day numbers. */
export interface Item {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  readonly whose: Whose;
  readonly own: Calendar;
  readonly due: number | null;
  readonly agreed: number | null;
  readonly completed: number | null;
  readonly days: number;
  readonly pinned: boolean;
  readonly goLive: boolean;
  readonly unowned: boolean;
  readonly open: boolean;
  readonly started: boolean;
  readonly into: Edge[];
  readonly out: Edge[];
  forecast: number;
  /** finish is the latest one, Infinity for none. */
  finish: number;
  after: boolean;
  leads: boolean;
  drives: boolean;
}

interface Edge {
  readonly id: string;
  readonly from: Item;
  readonly to: Item;
  readonly lag: number;
  readonly counted: Calendar;
  readonly private: boolean;
  ignored: boolean;
}

/** schedule works the dates out as of today, which is the room's. */
export function schedule(states: States, today: string): Schedule {
  return new Scheduler(states, dayNumber(today)).schedule(today);
}

let last: { readonly deps: readonly unknown[]; readonly schedule: Schedule } | null = null;

/** scheduleOf is the schedule of a view: the one of before, while nothing that dates depend on has changed. */
export function scheduleOf({ states, today }: Pick<PlanView, 'states' | 'today'>): Schedule {
  const deps: unknown[] = [today];
  for (const stream of STREAMS) for (const entity of DATED) deps.push(states[stream]?.[entity]);
  if (last === null || !sameItems(last.deps, deps)) last = { deps, schedule: schedule(states, today) };
  return last.schedule;
}

const DATED = ['room', 'participant', 'role_slot', 'phase', 'milestone', 'dependency'] as const;
const FIRST_DAY = dayNumber('1970-01-01');
const LAST_DAY = dayNumber('2199-12-31');

/** inRange is the nearest day that may be written. */
export function inRange(day: number): number {
  return Math.min(Math.max(day, FIRST_DAY), LAST_DAY);
}

function dayText(day: number): string {
  return fromDayNumber(inRange(day));
}

/** Scheduler is one working out of a plan. */
export class Scheduler {
  readonly now: number;
  readonly items: readonly Item[];
  readonly goLive: Item | null;
  readonly goLiveDay: number | null;
  /** agreedDay is the agreed go-live, whichever milestone was go-live then. */
  readonly agreedDay: number | null;
  driving: readonly Item[] = [];
  #cause: Item | null = null;
  readonly #states: States;

  constructor(states: States, now: number) {
    this.#states = states;
    this.now = now;
    const [room] = states.shared?.room?.values() ?? [];
    const calendars = calendarsOf(room);
    this.goLiveDay = numberOf(text(room, 'go_live'));
    this.items = itemsOf(states, calendars, text(room, 'time_zone') ?? 'UTC');
    this.goLive = this.items.find((m) => m.goLive) ?? null;
    this.agreedDay = numberOf(text(room, 'agreed_go_live')) ?? this.goLive?.agreed ?? null;
    const edges = link(states, this.items, calendars);
    const sorted = orderOf(this.items, edges);
    this.#forward(sorted);
    this.#backward(sorted);
    this.#drive();
    this.#cause = this.#findCause();
  }

  /** cause is the milestone that the slip begins with. */
  get cause(): Item | null {
    return this.#cause;
  }

  /** forecast is the day that go-live is heading for. */
  get forecast(): number | null {
    if (this.goLiveDay === null || this.goLive?.status === 'cancelled') return null;
    return this.goLive?.forecast ?? Math.max(this.goLiveDay, this.now);
  }

  /** reference is the day that the slip is measured against. */
  get reference(): number {
    return this.agreedDay ?? this.goLiveDay ?? 0;
  }

  get slip(): number | null {
    return this.forecast === null ? null : this.forecast - this.reference;
  }

  // What is done ended when it ended; what is in progress ends when it is due,
  // but not before today; of the rest nothing ends before it is due, nor before
  // it can.
  #forward(sorted: readonly Item[]): void {
    for (const m of sorted) {
      m.after = m.into.some((e) => !e.ignored && (e.from === this.goLive || e.from.after));
      if (m.status === 'done') m.forecast = m.completed ?? m.due ?? this.now;
      else if (m.open) m.forecast = notBefore(m, m.started ? this.now : this.#earliest(m));
    }
  }

  #earliest(m: Item): number {
    let day = m.days > 0 ? m.own.add(this.now - 1, m.days) : this.now;
    for (const e of m.into)
      if (!e.ignored) day = Math.max(day, e.counted.add(e.from.forecast, e.lag + m.days));
    return day;
  }

  // When each open milestone has to end, so that go-live, and what somebody
  // pinned, can be when they are due.
  #backward(sorted: readonly Item[]): void {
    const last = this.goLiveDay;
    if (last === null || this.goLive?.open === false) return;
    for (const m of sorted.toReversed()) {
      if (!m.open) continue;
      if (!m.after && (m.due === null || m.due <= last)) m.finish = last;
      for (const { to, lag, counted, ignored } of m.out) {
        if (ignored || !to.open) continue;
        m.leads ||= to.leads || to.goLive || to.pinned;
        if (to.finish !== Infinity)
          m.finish = Math.min(m.finish, counted.before(to.finish, lag + (to.started ? 0 : to.days)));
      }
      if (m.pinned && m.due !== null) m.finish = Math.min(m.finish, m.due);
    }
  }

  #drive(): void {
    const goLive = this.goLive;
    if (goLive === null || this.goLiveDay === null || !goLive.open) return;
    goLive.drives = true;
    const found = [goLive];
    for (const m of found) {
      for (const e of m.into) {
        if (e.from.drives || !e.from.open || !isTight(e)) continue;
        e.from.drives = true;
        found.push(e.from);
      }
    }
    const place = new Map(this.items.map((m, index) => [m, index]));
    const rank = (m: Item): readonly number[] => [m === goLive ? 1 : 0, m.forecast, place.get(m) ?? 0];
    this.driving = found.sort((a, b) => compare(rank(a), rank(b)));
  }

  // Of those that drive go-live and are past their own day, one that waits for no
  // other such; of several the one that is furthest past.
  #findCause(): Item | null {
    if ((this.slip ?? 0) <= 0) return null;
    let best: Item | null = null;
    for (const m of this.driving) {
      if (past(m) <= (best === null ? 0 : past(best))) continue;
      if (!m.into.some((e) => e.from.drives && isTight(e) && past(e.from) > 0)) best = m;
    }
    // Every date is kept, but they do not fit together.
    return best ?? this.driving[0] ?? null;
  }

  schedule(today: string): Schedule {
    const open = this.items.filter((m) => m.open);
    const counted = this.items.filter((m) => m.status !== 'cancelled');
    return {
      today,
      go_live: written(this.goLiveDay),
      agreed_go_live: written(this.agreedDay),
      forecast_go_live: written(this.forecast),
      slip_days: this.slip,
      health: healthOf(this),
      progress: { done: counted.filter((m) => m.status === 'done').length, total: counted.length },
      next: nextOf(open)?.id ?? null,
      driving: this.driving.map((m) => m.id),
      cause: this.cause?.id ?? null,
      unfilled: unfilledOf(this.#states),
      unowned: open.filter((m) => m.unowned).map((m) => m.id),
      milestones: this.items.map((m) => this.#scheduled(m)),
    };
  }

  #scheduled(m: Item): Scheduled {
    const bounds = latest(m);
    return {
      id: m.id,
      due: written(m.due),
      agreed_due: written(m.agreed),
      slip_days: m.agreed === null || m.due === null ? null : m.due - m.agreed,
      forecast: m.status === 'cancelled' ? null : dayText(m.forecast),
      latest_start: written(bounds?.start ?? null),
      latest_finish: written(bounds?.finish ?? null),
      slack_days: bounds?.slack ?? null,
      drives: m.drives,
      late: isLate(m, this.now),
      sentence: sentence(m, this.now),
    };
  }
}

/** Latest are the last days to begin and to end a milestone, and its slack in working days. */
export interface Latest {
  readonly start: number;
  readonly finish: number;
  readonly slack: number;
}

/** latest is null for a milestone that nothing bounds. */
export function latest(m: Item): Latest | null {
  if (m.finish === Infinity) return null;
  const finish = m.due === m.finish ? m.finish : m.own.onOrBefore(m.finish);
  return { start: m.own.start(finish, m.days), finish, slack: m.own.between(m.forecast, m.finish) };
}

/** isLate: due before today, and open. */
export function isLate(m: Item, today: number): boolean {
  return m.open && m.due !== null && m.due < today;
}

// isTight: one more working day of what is waited for delays what waits.
function isTight({ from, to, lag, counted, ignored }: Edge): boolean {
  if (ignored || to.started) return false;
  return from.own.between(from.forecast, counted.before(to.forecast, lag + to.days)) <= 0;
}

function past(m: Item): number {
  const reference = m.agreed ?? m.due;
  return reference === null ? 0 : m.forecast - reference;
}

function notBefore(m: Item, day: number): number {
  return m.due !== null && m.due >= day ? m.due : m.own.onOrAfter(day);
}

function nextOf(open: readonly Item[]): Item | null {
  let next: Item | null = null;
  for (const m of open)
    if (next === null || (m.due !== null && (next.due === null || m.due < next.due))) next = m;
  return next;
}

function itemsOf(states: States, calendars: Calendars, zone: string): readonly Item[] {
  const phases = [...(states.shared?.phase?.values() ?? [])]
    .filter((phase) => !isRemoved(phase))
    .map((phase) => ({ id: phase.id, pos: text(phase, 'pos') ?? '' }))
    .sort(byPosition);
  const place = new Map(phases.map((phase, index) => [phase.id, index]));
  return [...mergeRecords(states, 'milestone').values()]
    .map(({ record, stream }) => ({
      record,
      stream,
      phase: place.get(text(record, 'phase') ?? ''),
      id: record.id,
      pos: text(record, 'pos') ?? '',
    }))
    .filter(({ record, phase }) => phase !== undefined && !isRemoved(record))
    .sort((a, b) => (a.phase ?? 0) - (b.phase ?? 0) || byPosition(a, b))
    .map(({ record, stream }) => {
      const { fields } = record;
      const whose = whoseIs(stream, fields);
      const status = text(record, 'status') ?? 'not_started';
      const completed = text(record, 'completed_at');
      const ms = completed === null ? null : instantMs(completed);
      return {
        id: record.id,
        title: text(record, 'title') ?? '',
        status,
        whose,
        own: calendars[whose],
        due: numberOf(text(record, 'due')),
        agreed: numberOf(text(record, 'agreed_due')),
        completed: ms === null ? null : dayNumber(todayIn(zone, ms)),
        days: durationOf(calendars[whose], fields),
        pinned: fields.pinned === true,
        goLive: fields.is_go_live === true,
        unowned: fields.seller_owner == null && fields.buyer_owner == null,
        open: status !== 'done' && status !== 'cancelled',
        started: status === 'in_progress',
        into: [],
        out: [],
        forecast: 0,
        finish: Infinity,
        after: false,
        leads: false,
        drives: false,
      };
    });
}

// link ties the items by the required dependencies between those that count.
function link(states: States, items: readonly Item[], calendars: Calendars): readonly Edge[] {
  const byId = new Map(items.map((m) => [m.id, m]));
  const edges: Edge[] = [];
  for (const { record, stream } of mergeRecords(states, 'dependency').values()) {
    const { fields } = record;
    const [from, to] = [byId.get(String(fields.from)), byId.get(String(fields.to))];
    if (from === undefined || to === undefined || isRemoved(record) || fields.required === false) continue;
    if (from.status === 'cancelled' || to.status === 'cancelled') continue;
    const edge = {
      id: record.id,
      from,
      to,
      lag: Number(fields.lag_days ?? 0),
      counted: calendars[handOff(from.whose, to.whose)],
      private: stream !== 'shared',
      ignored: false,
    };
    edges.push(edge);
    from.out.push(edge);
    to.into.push(edge);
  }
  return edges;
}

// orderOf puts each item after what it waits for. Edges of a private stream may
// close a loop with shared ones that came later: those are ignored.
function orderOf(items: readonly Item[], edges: readonly Edge[]): readonly Item[] {
  const waits = new Map(items.map((m) => [m, m.into.length]));
  const order = items.filter((m) => m.into.length === 0);
  const met = (e: Edge): void => {
    const left = (waits.get(e.to) ?? 0) - 1;
    waits.set(e.to, left);
    if (left === 0) order.push(e.to);
  };
  let next = 0;
  const follow = (): void => {
    for (; next < order.length; next++) for (const e of order[next]?.out ?? []) if (!e.ignored) met(e);
  };
  follow();
  if (order.length === items.length) return order;
  const own = edges.filter((e) => e.private).sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const e of own) {
    if (waits.get(e.from) === 0 || waits.get(e.to) === 0) continue;
    e.ignored = true;
    met(e);
  }
  follow();
  return order;
}

function unfilledOf(states: States): Schedule['unfilled'] {
  const [room] = states.shared?.room?.values() ?? [];
  const people = states.shared?.participant;
  return [...(states.shared?.role_slot?.values() ?? [])]
    .filter((slot) => {
      const person = people?.get(text(slot, 'filled_by') ?? '');
      const filled = person !== undefined && !isRemoved(person) && text(person, 'state') !== 'revoked';
      return !filled && !isRemoved(slot);
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((slot) => {
      const company = text(room, `${text(slot, 'side')}_company`) ?? '';
      return { id: slot.id, text: unfilledText(company, text(slot, 'label') ?? '') };
    });
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((n, index) => n !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

function numberOf(day: string | null): number | null {
  return day === null ? null : dayNumber(day);
}

function written(day: number | null): string | null {
  return day === null ? null : dayText(day);
}
