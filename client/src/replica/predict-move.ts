import { type Calendar, type Calendars, calendarsOf, durationOf, handOff, whoseIs } from './calendar';
import { dayNumber, fromDayNumber } from './dates';
import { isRemoved, type PlanRecord, record, type States, text } from './state';
import type { Fields, RescheduleOp, ShiftOp, Stream } from './types';

/** Moved is a milestone with the fields that a moved date gives it. */
export interface Moved {
  readonly stream: Stream;
  readonly id: string;
  readonly set: Fields;
}

/** reschedule moves a milestone, and with push what waits for it, as far as it must (room/move.go). */
export function reschedule(states: States, stream: Stream, op: RescheduleOp, side: string): readonly Moved[] {
  const mover = new Mover(states);
  if (!mover.move(stream, op.id, dayNumber(op.due))) return [];
  if (op.push) {
    mover.push(stream);
    if (stream === 'shared' && isPrivate(side)) mover.push(side);
  }
  return mover.moved();
}

/**
 * shift moves go-live, and the open milestones of the op's mode by as many days
 * (room/shift.go). It is null for a plan without go-live, or one that is live.
 */
export function shift(states: States, op: ShiftOp, side: string): readonly Moved[] | null {
  const [room] = states.shared?.room?.values() ?? [];
  const was = text(room, 'go_live');
  const mover = new Mover(states);
  const goLive = [...(states.shared?.milestone?.values() ?? [])].find(
    (m) => m.fields.is_go_live === true && !isRemoved(m),
  );
  if (was === null || (goLive !== undefined && !isOpen(goLive))) return null;
  if (goLive !== undefined) mover.move('shared', goLive.id, dayNumber(op.to));
  if (op.mode === 'none' || op.to === was) return mover.moved();
  for (const stream of isPrivate(side) ? (['shared', side] as const) : (['shared'] as const)) {
    for (const m of states[stream]?.milestone?.values() ?? []) {
      const due = text(m, 'due');
      const stays = (m.fields.pinned === true && op.mode !== 'all') || m.id === goLive?.id;
      if (due === null || stays || !isOpen(m) || !mover.visible(m)) continue;
      const to = dayNumber(due) + dayNumber(op.to) - dayNumber(was);
      mover.move(stream, m.id, mover.calendar(stream, m).onOrBefore(to));
    }
  }
  return mover.moved();
}

interface Link {
  readonly stream: Stream;
  readonly id: string;
  readonly lag: number;
}

class Mover {
  readonly #states: States;
  readonly #calendars: Calendars;
  readonly #byFrom = new Map<Stream, ReadonlyMap<string, readonly PlanRecord[]>>();
  readonly #moved = new Map<string, Moved & { readonly due: number }>();

  constructor(states: States) {
    this.#states = states;
    this.#calendars = calendarsOf(states.shared?.room?.values().next().value);
  }

  moved(): readonly Moved[] {
    return [...this.#moved.values()];
  }

  calendar(stream: Stream, m: PlanRecord): Calendar {
    return this.#calendars[whoseIs(stream, m.fields)];
  }

  /** move gives a milestone another due date; its start moves along. */
  move(stream: Stream, id: string, due: number): boolean {
    const m = record(this.#states[stream], 'milestone', id);
    if (m === undefined || isRemoved(m)) return false;
    const [start, was] = [text(m, 'start'), text(m, 'due')];
    const set: { due: string; start?: string } = { due: fromDayNumber(due) };
    if (start !== null && was !== null) {
      const calendar = this.calendar(stream, m);
      const days = durationOf(calendar, m.fields);
      const begin = days > 0 ? calendar.start(due, days) : dayNumber(start) + due - dayNumber(was);
      set.start = fromDayNumber(begin);
    }
    this.#moved.set(key(stream, id), { stream, id, set, due });
    return true;
  }

  /** push moves the milestones of one stream that wait for what was moved, each once. */
  push(stream: Stream): void {
    const links = new Map<string, readonly Link[]>();
    const open = new Set<string>();
    const order: Link[] = [];
    const visit = (at: Link): void => {
      const name = key(at.stream, at.id);
      if (links.has(name)) return;
      open.add(name);
      const found: Link[] = [];
      for (const to of this.#linksFrom(stream, at.id)) {
        if (to.stream !== stream || open.has(key(to.stream, to.id)) || !this.#pushes(to)) continue;
        visit(to);
        found.push(to);
      }
      open.delete(name);
      links.set(name, found);
      order.push(at);
    };
    for (const { stream: from, id } of this.moved()) visit({ stream: from, id, lag: 0 });

    const needs = new Map<string, number>();
    for (const at of order.reverse()) {
      const name = key(at.stream, at.id);
      const m = record(this.#states[at.stream], 'milestone', at.id);
      if (m === undefined) continue;
      const need = needs.get(name);
      let due = this.#moved.get(name)?.due ?? dayNumber(text(m, 'due') ?? '');
      if (need !== undefined && due < need) {
        due = this.calendar(at.stream, m).onOrAfter(need);
        this.move(at.stream, at.id, due);
      }
      for (const to of links.get(name) ?? []) {
        const target = key(to.stream, to.id);
        needs.set(target, Math.max(needs.get(target) ?? 0, this.#earliest(due, at.stream, m, to)));
      }
    }
  }

  visible(m: PlanRecord): boolean {
    const phase = record(this.#states.shared, 'phase', text(m, 'phase') ?? '');
    return !isRemoved(m) && phase !== undefined && !isRemoved(phase);
  }

  #earliest(from: number, stream: Stream, m: PlanRecord, to: Link): number {
    const fields = record(this.#states[to.stream], 'milestone', to.id)?.fields ?? {};
    const own = whoseIs(to.stream, fields);
    const counted = this.#calendars[handOff(whoseIs(stream, m.fields), own)];
    return counted.add(from, to.lag + durationOf(this.#calendars[own], fields));
  }

  #pushes({ stream, id }: Link): boolean {
    const m = record(this.#states[stream], 'milestone', id);
    const free = m !== undefined && isOpen(m) && m.fields.pinned !== true && text(m, 'due') !== null;
    return free && this.visible(m);
  }

  #linksFrom(stream: Stream, id: string): readonly Link[] {
    const links: Link[] = [];
    for (const name of new Set<Stream>(['shared', stream])) {
      for (const { fields } of this.#dependencies(name).get(id) ?? []) {
        const [to, lag] = [String(fields.to), Number(fields.lag_days ?? 0)];
        const home = [stream, 'shared' as const].find((s) => isLive(this.#states, s, to));
        if (home !== undefined) links.push({ stream: home, id: to, lag });
      }
    }
    return links.sort((a, b) => (a.id === b.id ? a.lag - b.lag : a.id < b.id ? -1 : 1));
  }

  // #dependencies are the required ones of a stream, by what others wait for.
  #dependencies(stream: Stream): ReadonlyMap<string, readonly PlanRecord[]> {
    const kept = this.#byFrom.get(stream);
    if (kept !== undefined) return kept;
    const byFrom = new Map<string, PlanRecord[]>();
    for (const found of this.#states[stream]?.dependency?.values() ?? []) {
      if (isRemoved(found) || found.fields.required === false) continue;
      const from = String(found.fields.from);
      const list = byFrom.get(from);
      if (list === undefined) byFrom.set(from, [found]);
      else list.push(found);
    }
    this.#byFrom.set(stream, byFrom);
    return byFrom;
  }
}

function isLive(states: States, stream: Stream, id: string): boolean {
  const m = record(states[stream], 'milestone', id);
  return m !== undefined && !isRemoved(m);
}

// isOpen: what is done or cancelled stays where it is.
function isOpen(m: PlanRecord): boolean {
  return m.fields.status !== 'done' && m.fields.status !== 'cancelled';
}

function isPrivate(side: string): side is 'seller' | 'buyer' {
  return side === 'seller' || side === 'buyer';
}

function key(stream: Stream, id: string): string {
  return `${stream}/${id}`;
}
