import { holds, newestAcceptance } from './acceptance';
import type { StreamChange } from './fold';
import type { Author } from './predict';
import { record, type State, type States, sameValue, text } from './state';
import { brokenTerm } from './terms';
import type { Fields, Op, Value } from './types';

/**
 * settle adds what follows for the agreement of both sides: why dates moved, who
 * moved an agreed one alone, and whose yes no longer holds. A move of an agreed
 * date that the server will refuse has no effect.
 */
export function settle(
  states: States,
  op: Op,
  author: Author,
  changes: readonly StreamChange[],
): readonly StreamChange[] {
  if (op.kind === 'milestone.publish' || op.kind === 'milestone.withdraw') {
    return [...changes, ...stale(states, author, changes)];
  }
  const moved = changes.map((made) => marked(states, op, author, made));
  if (moved.includes(null)) return [];
  const settled = moved.filter((made) => made !== null);
  return [...settled, ...stale(states, author, settled)];
}

// marked is a change with what a moved date brings along; null for one that is refused.
function marked(states: States, op: Op, author: Author, made: StreamChange): StreamChange | null {
  const { entity, id, set, was } = made.change;
  const found = record(states[made.stream], 'milestone', id);
  if (entity !== 'milestone' || was === null || found === undefined || !('due' in set)) return made;
  if (sameValue(found.fields.due, set.due)) return made;
  const more: Record<string, Value> = {};
  const why = reasonOf(states, op);
  if (why !== null || text(found, 'due_reason') !== null) more.due_reason = why;
  const agreed = text(found, 'agreed_due');
  const status = set.status ?? text(found, 'status');
  if (agreed !== null) {
    const shared = isAccepted(states, op, id) || set.due === agreed;
    const alone = 'unilateral' in op && op.unilateral === true;
    if (!shared && !alone && status !== 'done' && status !== 'cancelled') return null;
    more.moved_by = shared ? null : (author.me?.side ?? null);
  }
  return withFields(made, more);
}

// isAccepted: both sides want the date. What it pushes is moved by who accepts.
function isAccepted(states: States, op: Op, milestone: string): boolean {
  if (op.kind !== 'date.accept') return false;
  return text(record(states.shared, 'date_proposal', op.id), 'milestone') === milestone;
}

function reasonOf(states: States, op: Op): string | null {
  if (op.kind === 'date.accept') return text(record(states.shared, 'date_proposal', op.id), 'reason');
  return 'reason' in op ? op.reason || null : null;
}

// stale marks the acceptances that the changes end.
function stale(states: States, author: Author, changes: readonly StreamChange[]): readonly StreamChange[] {
  const shared: State | undefined = states.shared;
  const standing = (['seller', 'buyer'] as const)
    .map((side) => newestAcceptance(shared, side))
    .filter((yes) => holds(yes));
  if (standing.length === 0) return [];
  const broken = brokenTerm(
    shared,
    changes.filter((made) => made.stream === 'shared').map((made) => made.change),
  );
  if (broken === null) return [];
  const set: Fields = {
    stale_at: author.at,
    stale_by: author.me?.id ?? null,
    stale_why: broken.why,
    stale_on: broken.on,
  };
  return standing.map((yes) => ({
    stream: 'shared',
    change: { entity: 'acceptance', id: yes.id, set, was: {} },
  }));
}

function withFields(made: StreamChange, more: Fields): StreamChange {
  return { ...made, change: { ...made.change, set: { ...made.change.set, ...more } } };
}
