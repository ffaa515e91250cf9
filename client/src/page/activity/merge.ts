import type { ActivityItem } from '../../connection/room-client';
import { instantMs } from '../../replica/dates';

const MERGE_MS = 5 * 60_000;

/**
 * mergeActivity joins what one person did to one field within five minutes: the first old value and
 * the last new one. Items are newest first, and stay so.
 */
export function mergeActivity(items: readonly ActivityItem[]): readonly ActivityItem[] {
  const out: ActivityItem[] = [];
  for (const item of items) {
    const last = out.at(-1);
    if (last !== undefined && sameEdit(last, item)) out[out.length - 1] = join(last, item);
    else out.push(item);
  }
  return out;
}

function sameEdit(newer: ActivityItem, older: ActivityItem): boolean {
  const [a, b] = [newer.changes[0], older.changes[0]];
  return (
    newer.kind.endsWith('.update') &&
    newer.kind === older.kind &&
    newer.by === older.by &&
    newer.stream === older.stream &&
    newer.changes.length === 1 &&
    older.changes.length === 1 &&
    a !== undefined &&
    b !== undefined &&
    a.id === b.id &&
    Object.keys(a.set).join() === Object.keys(b.set).join() &&
    (instantMs(newer.at) ?? 0) - (instantMs(older.at) ?? 0) < MERGE_MS
  );
}

function join(newer: ActivityItem, older: ActivityItem): ActivityItem {
  const [a, b] = [newer.changes[0], older.changes[0]];
  if (a === undefined || b === undefined) return newer;
  return { ...newer, changes: [{ ...a, was: b.was }] };
}
