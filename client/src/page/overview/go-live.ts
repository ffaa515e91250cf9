import { daysBetween } from '../../replica/dates';
import type { Commit } from '../../replica/types';

/** Step is one day that go-live was planned for, from an instant on. */
export interface Step {
  readonly at: string;
  readonly day: string;
}

/** stepsOf reads the days that go-live was planned for from the log, oldest first. */
export function stepsOf(commits: readonly Commit[], milestone: string | null): readonly Step[] {
  const steps: Step[] = [];
  for (const { at, changes } of [...commits].sort((a, b) => a.rev - b.rev)) {
    for (const { entity, id, set, was } of changes) {
      const field = entity === 'room' ? 'go_live' : entity === 'milestone' && id === milestone ? 'due' : null;
      if (field === null || !(field in set)) continue;
      const before = was?.[field];
      if (steps.length === 0 && typeof before === 'string') steps.push({ at, day: before });
      const day = set[field];
      if (typeof day === 'string' && steps.at(-1)?.day !== day) steps.push({ at, day });
    }
  }
  return steps;
}

/** Moves says how often go-live moved, and how far it is from where it was. */
export interface Moves {
  readonly times: number;
  readonly days: number;
  /** since is the instant from which on it is counted. */
  readonly since: string;
}

/** movesOf counts the moves since an instant, or since the first day; null where nothing moved. */
export function movesOf(steps: readonly Step[], agreedAt: string | null): Moves | null {
  const base = steps.filter((step) => agreedAt !== null && step.at <= agreedAt).at(-1) ?? steps[0];
  const last = steps.at(-1);
  if (base === undefined || last === undefined) return null;
  const times = steps.length - 1 - steps.indexOf(base);
  if (times === 0) return null;
  const since = agreedAt !== null && base.at <= agreedAt ? agreedAt : base.at;
  return { times, days: daysBetween(base.day, last.day), since };
}

/** Point is a place on the chart, in percent of its width and height. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

const TOP = 12;
const BOTTOM = 88;

/** lineOf places the steps: time runs to the right, up to nowDay; a later go-live is higher. */
export function lineOf(steps: readonly Step[], nowDay: string): readonly Point[] {
  const first = steps[0];
  if (first === undefined) return [];
  const from = first.at.slice(0, 10);
  const length = Math.max(1, daysBetween(from, nowDay));
  const days = steps.map((step) => step.day).sort();
  const low = days[0] as string;
  const range = Math.max(1, daysBetween(low, days[days.length - 1] as string));
  return steps.map((step) => ({
    x: Math.min(100, Math.max(0, (daysBetween(from, step.at.slice(0, 10)) / length) * 100)),
    y: BOTTOM - (daysBetween(low, step.day) / range) * (BOTTOM - TOP),
  }));
}
