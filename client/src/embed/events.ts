import type { MilestoneChanges, ParleyEvents } from '../../embed/src/types';
import type { ActivityItem, RoomSnapshot } from '../connection/types';
import { scheduleOf } from '../replica/schedule';

type Milestone = ParleyEvents['milestone.updated'];

/** Told is one event and its detail. */
export type Told = {
  readonly [K in keyof ParleyEvents]: { readonly name: K; readonly detail: ParleyEvents[K] };
}[keyof ParleyEvents];

// What others typed stays in the room; a page gets days, states and flags.
const OPEN = new Set([
  'due',
  'status',
  'visibility',
  'pinned',
  'is_go_live',
  'required',
  'agreed_due',
  'completed_at',
  'removed',
]);

/**
 * Teller says what happened in the room since it was last asked. It tells of the
 * shared stream alone, of sides and not of persons.
 */
export class Teller {
  #rev: number | null = null;
  #progress = '';
  #state = '';
  #count = -1;

  /** since returns what is new, oldest first. */
  since(snap: RoomSnapshot): readonly Told[] {
    const told: Told[] = [];
    if (snap.view.room === null) return told;
    if (snap.conn.state !== this.#state) {
      this.#state = snap.conn.state;
      told.push({ name: 'connection.changed', detail: { state: this.#state } });
    }
    told.push(...this.#commits(snap));
    const progress = progressOf(snap);
    if (JSON.stringify(progress) !== this.#progress) {
      this.#progress = JSON.stringify(progress);
      told.push({ name: 'plan.progress', detail: progress });
    }
    if (snap.here.length + snap.watching !== this.#count) {
      this.#count = snap.here.length + snap.watching;
      told.push({ name: 'presence.changed', detail: { count: this.#count } });
    }
    return told;
  }

  #commits(snap: RoomSnapshot): readonly Told[] {
    const first = this.#rev === null;
    const before = this.#rev ?? snap.revs.shared ?? 0;
    this.#rev = Math.max(before, snap.revs.shared ?? 0);
    if (first) return []; // what was there before is no event
    return snap.activity
      .filter((item) => item.stream === 'shared' && item.rev > before && item.rev <= (this.#rev ?? 0))
      .toReversed()
      .flatMap((item) => tellCommit(item, snap));
  }
}

function tellCommit(item: ActivityItem, snap: RoomSnapshot): readonly Told[] {
  const by = { side: item.by === null ? 'seller' : (snap.view.people.get(item.by)?.side ?? null) };
  return item.changes.flatMap((change): readonly Told[] => {
    if (change.entity === 'comment' && change.was === null) {
      return [
        { name: 'comment.created', detail: { id: change.id, milestoneId: milestoneOf(change.set.on) } },
      ];
    }
    if (change.entity !== 'milestone') return [];
    const detail: Milestone = { id: change.id, changes: changesOf(change.set, change.was), by };
    if (change.was === null) return [{ name: 'milestone.created', detail }];
    if (change.set.removed === true) return [{ name: 'milestone.deleted', detail }];
    if (change.set.status === 'done') return [{ name: 'milestone.completed', detail }];
    return [{ name: 'milestone.updated', detail }];
  });
}

function milestoneOf(on: unknown): string | null {
  const { entity, id } = (on ?? {}) as { entity?: unknown; id?: unknown };
  return entity === 'milestone' && typeof id === 'string' ? id : null;
}

function changesOf(
  set: Readonly<Record<string, unknown>>,
  was: Readonly<Record<string, unknown>> | null,
): MilestoneChanges {
  return Object.fromEntries(
    Object.keys(set).map((field) => [
      field,
      OPEN.has(field) ? { from: plain(was?.[field]), to: plain(set[field]) } : {},
    ]),
  );
}

function plain(value: unknown): string | boolean | null {
  return typeof value === 'string' || typeof value === 'boolean' ? value : null;
}

function progressOf({ view }: RoomSnapshot): ParleyEvents['plan.progress'] {
  const { done, total } = view.progress;
  return { done, total, slipDays: scheduleOf(view).slip_days, goLive: view.room?.go_live ?? null };
}
