import { newestBaseline } from './acceptance';
import type { StreamChange } from './fold';
import { findRecord } from './order';
import { placeKey } from './place-key';
import { agree, keepDates } from './predict-agree';
import { answer, openProposal, propose, stillFits } from './predict-date';
import { type Moved, reschedule, shift } from './predict-move';
import { publish, withdraw } from './predict-publish';
import { settle } from './predict-settle';
import { entityOf, SCHEMA, verbOf, visibilityOf } from './schema';
import { type PlanRecord, record, type States, text } from './state';
import type {
  AddOp,
  AnswerOp,
  Change,
  CounterOp,
  Dates,
  Entity,
  Fields,
  Me,
  Op,
  Place,
  ProposeOp,
  ShiftOp,
  Stream,
  UpdateOp,
  Value,
} from './types';

/** Author is who asks, and when, as this page sees it. */
export interface Author {
  readonly me: Me | null;
  readonly at: string;
}

/**
 * predict is the effect that an op will most likely have, for the screen to
 * show before the server answers. It refuses nothing: an op about a record that
 * is not there has no effect, and the server says why.
 */
export function predict(states: States, stream: Stream, op: Op, author: Author): readonly StreamChange[] {
  return settle(states, op, author, effects(states, stream, op, author));
}

function effects(states: States, stream: Stream, op: Op, author: Author): readonly StreamChange[] {
  switch (op.kind) {
    case 'room.update':
      return updateRoom(states, stream, op.set);
    case 'milestone.complete':
      return complete(states, stream, op.id, op.override, author);
    case 'milestone.reopen':
      return update(states, stream, 'milestone', op.id, { status: 'in_progress' }, author);
    case 'milestone.reschedule':
      return moved(states, reschedule(states, stream, op, author.me?.side ?? ''), author);
    case 'plan.shift':
      return shiftPlan(states, op, author);
    case 'milestone.publish':
      return publish(states, stream, op.id);
    case 'milestone.withdraw':
      return withdraw(states, stream, op.id, author);
    case 'date.propose':
      return propose(states, op.id, op.milestone, op, author);
    case 'date.accept':
      return acceptDate(states, op, author);
    case 'date.counter':
    case 'date.decline':
    case 'date.withdraw':
      return answer(states, op, author);
    case 'plan.accept':
      return agree(states, op, author);
    case 'baseline.add':
      return [keepDates(states, op.name, author)];
    case 'template.apply':
    case 'op.undo':
      // What a template holds is the server's to say. An undo is predicted from
      // the commit it names, see history.ts.
      return [];
    default:
      return predictRecord(states, stream, op, author);
  }
}

type RecordKind = Exclude<Extract<Op, { readonly id: string }>, ProposeOp | AnswerOp | CounterOp>;

function predictRecord(
  states: States,
  stream: Stream,
  op: RecordKind,
  author: Author,
): readonly StreamChange[] {
  const entity = entityOf(op.kind);
  if ('set' in op) {
    return isAdd(op)
      ? add(states, stream, op, author)
      : update(states, stream, entity, op.id, op.set, author);
  }
  if (verbOf(op.kind) === 'move') return move(states, stream, entity, op);
  const found = record(states[stream], entity, op.id);
  const set = verbEffect(op.kind, author, found);
  const [first] = Object.keys(set ?? {});
  // What is met, done or resolved stays so as of when it first was.
  const already = first?.endsWith('_at') && set?.[first] !== null && text(found, first);
  if (already) return [];
  return set === null ? [] : update(states, stream, entity, op.id, set, author);
}

function isAdd(op: AddOp | UpdateOp): op is AddOp {
  return verbOf(op.kind) === 'add';
}

// verbEffect is what the ops that carry no value set.
function verbEffect(kind: string, author: Author, found: PlanRecord | undefined): Fields | null {
  const by = author.me?.id ?? null;
  switch (kind) {
    case 'criterion.meet':
      return { met_at: author.at, met_by: by };
    case 'criterion.unmeet':
      return { met_at: null, met_by: null };
    case 'task.complete':
      return { done_at: author.at };
    case 'task.reopen':
      return { done_at: null };
    case 'comment.resolve':
      return { resolved_at: author.at };
    case 'comment.reopen':
      return { resolved_at: null };
    case 'participant.invite':
      // Who was revoked may have been in the room: they get their access back.
      return { state: text(found, 'state') === 'revoked' ? 'active' : 'invited' };
    case 'participant.revoke':
      return { state: 'revoked' };
    default:
      if (verbOf(kind) === 'remove') return { removed: true };
      if (verbOf(kind) === 'restore') return { removed: null };
      return null;
  }
}

function add(states: States, stream: Stream, op: AddOp, author: Author): readonly StreamChange[] {
  const entity = entityOf(op.kind);
  const kinded = SCHEMA[entity];
  const fields: Record<string, Value> = { ...op.set };
  if (kinded.visible) fields.visibility = visibilityOf(stream);
  if (kinded.ordered) {
    const parent = kinded.parent === undefined ? null : op.set[kinded.parent];
    fields.pos = placeKey(states, stream, entity, typeof parent === 'string' ? parent : null, op, op.id);
  }
  const more: StreamChange[] = [];
  if (entity === 'milestone') {
    fields.status ??= 'not_started';
    if (stream === 'shared') more.push(...goLiveRules(states, op.id, fields, undefined));
  }
  if (entity === 'participant') fields.state = 'added';
  if (entity === 'comment') {
    fields.author = author.me?.id ?? null;
    fields.at = author.at;
  }
  return [...split(stream, entity, op.id, fields, true), ...more];
}

function update(
  states: States,
  stream: Stream,
  entity: Entity,
  id: string,
  set: Fields,
  author: Author,
): readonly StreamChange[] {
  const found = record(states[stream], entity, id);
  if (found === undefined && !isSatellite(stream, entity)) return [];
  const fields: Record<string, Value> = { ...set };
  if (entity === 'comment' && 'body' in set) fields.edited_at = author.at;
  if (entity === 'criterion' && asksForMore(found, set))
    Object.assign(fields, { met_at: null, met_by: null });
  const more = entity === 'milestone' ? milestoneRules(states, stream, id, fields) : [];
  return [...split(stream, entity, id, fields, false), ...more];
}

// asksForMore: a criterion that says something else is to be met again.
function asksForMore(found: PlanRecord | undefined, set: Fields): boolean {
  const said = ['text', 'measure', 'target'];
  if (text(found, 'met_at') === null) return false;
  return said.some((name) => name in set && (set[name] ?? null) !== text(found, name));
}

// milestoneRules adds what follows from a milestone's new fields, to the
// milestone itself and to other records.
function milestoneRules(
  states: States,
  stream: Stream,
  id: string,
  fields: Record<string, Value>,
): readonly StreamChange[] {
  const found = record(states[stream], 'milestone', id);
  const before = text(found, 'status');
  if (fields.status !== undefined && fields.status !== before) {
    if (before === 'done') {
      Object.assign(fields, { completed_at: null, completed_by: null, override_reason: null });
      const agreed = stream === 'shared' && fields.status !== 'cancelled' ? agreedDay(states, id) : undefined;
      if (agreed !== undefined && text(found, 'agreed_due') === null) fields.agreed_due = agreed;
    }
    if (before === 'blocked') fields.blocked_reason ??= null;
  }
  return stream === 'shared' ? goLiveRules(states, id, fields, found) : [];
}

// agreedDay is the day that a milestone had when both sides agreed, also when it was done then.
function agreedDay(states: States, id: string): string | undefined {
  return ((newestBaseline(states.shared)?.fields.items ?? {}) as Dates)[id];
}

// goLiveRules keep one milestone the go-live, and its date the room's.
function goLiveRules(
  states: States,
  id: string,
  fields: Record<string, Value>,
  found: PlanRecord | undefined,
): readonly StreamChange[] {
  const more: StreamChange[] = [];
  const [room] = states.shared?.room?.values() ?? [];
  if (fields.is_go_live === true) {
    for (const other of states.shared?.milestone?.values() ?? []) {
      if (other.id === id || other.fields.is_go_live !== true) continue;
      more.push(change('shared', 'milestone', other.id, { is_go_live: null }));
    }
    // A go-live without a date takes the room's.
    if (fields.due === undefined) fields.due = text(found, 'due') ?? text(room, 'go_live');
  }
  const isGoLive = fields.is_go_live === true || found?.fields.is_go_live === true;
  if (isGoLive && fields.due !== undefined && room !== undefined) {
    more.push(change('shared', 'room', room.id, { go_live: fields.due }));
  }
  return more;
}

function updateRoom(states: States, stream: Stream, set: Fields): readonly StreamChange[] {
  const room = states.shared?.room?.keys().next().value;
  if (room === undefined) return [];
  const changes = [...split(stream, 'room', room, set, false)];
  if (set.go_live !== undefined) {
    for (const milestone of states.shared?.milestone?.values() ?? []) {
      if (milestone.fields.is_go_live !== true) continue;
      changes.push(change('shared', 'milestone', milestone.id, { due: set.go_live }));
    }
  }
  return changes;
}

function moved(states: States, all: readonly Moved[], author: Author): readonly StreamChange[] {
  return all.flatMap(({ stream, id, set }) => update(states, stream, 'milestone', id, set, author));
}

// shiftPlan: without a milestone that is go-live, the room's own date moves.
function shiftPlan(states: States, op: ShiftOp, author: Author): readonly StreamChange[] {
  const [room] = states.shared?.room?.values() ?? [];
  const all = shift(states, op, author.me?.side ?? '');
  if (all === null || room === undefined) return [];
  return [change('shared', 'room', room.id, { go_live: op.to }), ...moved(states, all, author)];
}

function complete(
  states: States,
  stream: Stream,
  id: string,
  override: string | undefined,
  author: Author,
): readonly StreamChange[] {
  const found = record(states[stream], 'milestone', id);
  if (text(found, 'status') === 'done') return [];
  const set: Record<string, Value> = {
    status: 'done',
    completed_at: author.at,
    completed_by: author.me?.id ?? null,
  };
  if (override !== undefined) set.override_reason = override;
  return update(states, stream, 'milestone', id, set, author);
}

// acceptDate makes the proposed date the milestone's, with all that follows from it.
function acceptDate(states: States, op: AnswerOp, author: Author): readonly StreamChange[] {
  const found = openProposal(states, op.id);
  if (found === null || !stillFits(states, found)) return [];
  const id = text(found, 'milestone') ?? '';
  const due = text(found, 'to');
  const answered = answer(states, op, author);
  if (op.push !== true || due === null) {
    return [...answered, ...update(states, 'shared', 'milestone', id, { due }, author)];
  }
  const push = { kind: 'milestone.reschedule', id, due, push: true } as const;
  return [...answered, ...moved(states, reschedule(states, 'shared', push, author.me?.side ?? ''), author)];
}

function move(
  states: States,
  stream: Stream,
  entity: Entity,
  op: Place & { readonly id: string; readonly into?: string },
): readonly StreamChange[] {
  const found = record(states[stream], entity, op.id);
  if (found === undefined) return [];
  const field = SCHEMA[entity].parent;
  const parent = field === undefined ? null : (op.into ?? text(found, field));
  if (op.into !== undefined && field !== undefined) {
    const container = field === 'phase' ? 'phase' : 'milestone';
    if (findRecord(states, container, op.into) === undefined) return [];
  }
  const set: Record<string, Value> = { pos: placeKey(states, stream, entity, parent, op, op.id) };
  if (op.into !== undefined && field !== undefined) set[field] = op.into;
  return [change(stream, entity, op.id, set)];
}

// split sends the seller's own fields of a shared record to its satellite.
function split(
  stream: Stream,
  entity: Entity,
  id: string,
  fields: Fields,
  created: boolean,
): readonly StreamChange[] {
  const names = SCHEMA[entity].sellerFields;
  if (names === undefined || stream !== 'shared') return [change(stream, entity, id, fields, created)];
  const own: Record<string, Value> = {};
  const satellite: Record<string, Value> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (names.includes(name)) satellite[name] = value;
    else own[name] = value;
  }
  const changes = [change(stream, entity, id, own, created)];
  if (Object.keys(satellite).length > 0) changes.push(change('seller', entity, id, satellite));
  return changes;
}

function isSatellite(stream: Stream, entity: Entity): boolean {
  return stream === 'seller' && SCHEMA[entity].sellerFields !== undefined;
}

function change(stream: Stream, entity: Entity, id: string, set: Fields, created = false): StreamChange {
  const made: Change = { entity, id, set, was: created ? null : {} };
  return { stream, change: made };
}
