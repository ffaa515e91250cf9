import type { ActivityItem } from '../../connection/room-client';
import type { Change, Entity, Value } from '../../replica/types';
import type { PlanView } from '../../replica/view-types';
import { STATUS_WORDS } from '../status';
import { agreementSentence } from './agreement-sentence';
import { wholeSentence } from './whole-sentence';

/** Sentence says what a commit did: "Marc Olsen moved Security review due, 19 Oct → 22 Oct". */
export interface Sentence {
  readonly who: string;
  readonly verb: string;
  /** what is the record's own name, "" when the verb says it all. */
  readonly what: string;
  readonly detail: string;
  readonly from: string | null;
  readonly to: string | null;
  /** restore is the removed record that can be brought back. */
  readonly restore: { readonly entity: Entity; readonly id: string } | null;
}

/** Words turns what a sentence needs into people's words. */
export interface Words {
  readonly view: PlanView;
  actor(id: string | null): string;
  day(day: string): string;
}

const FIELD_WORDS: Readonly<Record<string, string>> = {
  title: 'title',
  name: 'name',
  text: 'text',
  description: 'description',
  status: 'status',
  due: 'due',
  start: 'start',
  duration_days: 'duration',
  buyer_owner: 'owner',
  seller_owner: 'owner',
  owner: 'owner',
  blocked_reason: 'reason',
  body: 'text',
  go_live: 'go-live',
  measure: 'measure',
  target: 'target',
  confirm_by: 'who confirms',
  role: 'role',
  company: 'company',
  access: 'access',
};

const NOUNS: Readonly<Record<Entity, string>> = {
  room: 'the room',
  participant: 'person',
  role_slot: 'role',
  phase: 'phase',
  milestone: 'milestone',
  criterion: 'criterion',
  task: 'task',
  dependency: 'dependency',
  comment: 'comment',
  date_proposal: 'proposed date',
  baseline: 'kept dates',
  acceptance: 'yes to the plan',
};

/** sentenceOf writes one activity item; null for one that changed nothing worth telling. */
export function sentenceOf(item: ActivityItem, words: Words): Sentence | null {
  const [change] = item.changes;
  if (change === undefined) return null;
  const base = {
    who: words.actor(item.by),
    what: nameOf(change, words.view),
    detail: '',
    from: null,
    to: null,
    restore: null,
  };
  if (
    item.kind === 'room.add' ||
    (item.kind === 'group' && item.changes.some((c) => c.entity === 'room' && c.was === null))
  )
    return { ...base, verb: 'made the plan', what: '' };
  const told = agreementSentence(item, base, words) ?? wholeSentence(item, base, words);
  if (told !== null) return told;
  const [entity, action] = item.kind.split('.') as [Entity, string];
  switch (action) {
    case 'add':
      return entity === 'comment'
        ? commented(base, change, words)
        : { ...base, verb: `added ${NOUNS[entity] ?? entity}` };
    case 'join':
      return { ...base, who: base.what, verb: 'joined the room', what: '' };
    case 'remove':
      return { ...base, verb: `deleted ${NOUNS[entity] ?? entity}`, restore: { entity, id: change.id } };
    case 'restore':
      return { ...base, verb: `brought back ${NOUNS[entity] ?? entity}` };
    case 'move':
      return { ...base, verb: 'moved' };
    case 'complete':
      return { ...base, verb: 'marked', to: 'Done', detail: reason(change) };
    case 'reopen':
      return { ...base, verb: 'reopened' };
    case 'meet':
      return { ...base, verb: 'confirmed' };
    case 'unmeet':
      return { ...base, verb: 'took back' };
    case 'resolve':
      return { ...base, verb: 'resolved a comment on' };
    case 'publish':
      return { ...base, verb: 'shared' };
    case 'withdraw':
      return { ...base, verb: 'withdrew' };
    case 'undo':
      return { ...updated(base, change, words), verb: 'undid a change to' };
    default:
      return updated(base, change, words);
  }
}

/** Base is a sentence that still lacks what was done. */
export type Base = Omit<Sentence, 'verb'>;

// updated tells of the one field that says most; several become a count.
function updated(base: Base, change: Change, words: Words): Sentence {
  const fields = Object.keys(change.set).filter((f) => f in FIELD_WORDS);
  const field = fields[0];
  if (field === undefined) return { ...base, verb: 'changed' };
  if (fields.length > 1 && !fields.includes('status'))
    return { ...base, verb: 'changed', detail: `${fields.length} fields` };
  const shown = fields.includes('status') ? 'status' : field;
  const [from, to] = [change.was?.[shown] ?? null, change.set[shown] ?? null];
  if (shown === 'status') return { ...base, verb: 'marked', to: show(shown, to, words) };
  const long = shown === 'description' || shown === 'body';
  return {
    ...base,
    verb: shown === 'due' || shown === 'go_live' ? 'moved' : 'changed',
    detail: FIELD_WORDS[shown] ?? shown,
    from: long || from === null ? null : show(shown, from, words),
    to: long ? null : to === null ? 'nothing' : show(shown, to, words),
  };
}

function commented(base: Base, change: Change, words: Words): Sentence {
  const on = change.set.on as { entity: Entity; id: string } | undefined;
  const milestone = on === undefined ? undefined : words.view.milestones.get(on.id);
  return {
    ...base,
    verb: milestone === undefined ? 'commented' : 'commented on',
    what: milestone?.title ?? '',
  };
}

function reason(change: Change): string {
  const text = change.set.override_reason;
  return typeof text === 'string' ? `although criteria are open: ${text}` : '';
}

function show(field: string, value: Value, words: Words): string {
  if (value === null) return 'nothing';
  if (field === 'status') return STATUS_WORDS[value as keyof typeof STATUS_WORDS] ?? String(value);
  if (field === 'due' || field === 'start' || field === 'go_live') return words.day(String(value));
  if (field.endsWith('owner')) {
    const id = String(value);
    return words.view.people.get(id)?.name ?? words.view.roleSlots.get(id)?.label ?? 'somebody';
  }
  return String(value);
}

// nameOf is what the record is called now, or was called when the commit was made.
function nameOf(change: Change, view: PlanView): string {
  const known =
    view.milestones.get(change.id)?.title ??
    view.milestones.get(view.proposals.get(change.id)?.milestone ?? '')?.title ??
    view.people.get(change.id)?.name ??
    view.phases.find((p) => p.id === change.id)?.name ??
    view.roleSlots.get(change.id)?.label ??
    partOf(change.id, view) ??
    view.removed.find((r) => r.id === change.id)?.label;
  if (known !== undefined) return known;
  for (const field of ['title', 'name', 'label', 'text']) {
    const value = change.set[field] ?? change.was?.[field];
    if (typeof value === 'string') return value;
  }
  return '';
}

function partOf(id: string, view: PlanView): string | undefined {
  for (const m of view.milestones.values()) {
    const part = m.criteria.find((c) => c.id === id)?.text ?? m.tasks.find((t) => t.id === id)?.title;
    if (part !== undefined) return part;
    if (m.comments.some((c) => c.id === id)) return m.title;
  }
  return undefined;
}

/** plain is the sentence as one line of text, for those who hear it. */
export function plain(s: Sentence): string {
  const change = s.to === null ? '' : s.from === null ? ` ${s.to}` : ` from ${s.from} to ${s.to}`;
  return `${s.who} ${s.verb}${s.what ? ` ${s.what}` : ''}${s.detail ? ` ${s.detail}` : ''}${change}`;
}
