import type { ActivityItem } from '../../connection/room-client';
import type { Change, Value } from '../../replica/types';
import type { PlanView } from '../../replica/view-types';
import type { Base, Sentence, Words } from './sentence';

/** agreementSentence tells of proposals, of a yes to the plan and of agreed dates moved alone; null for anything else. */
export function agreementSentence(item: ActivityItem, base: Base, words: Words): Sentence | null {
  switch (item.kind) {
    case 'date.propose':
    case 'date.accept':
    case 'date.counter':
    case 'date.decline':
    case 'date.withdraw':
      return dateSentence(item, base, words);
    case 'plan.accept':
      return yesSentence(item, base, words);
    case 'baseline.add':
      return { ...base, verb: 'kept the dates as', what: `“${base.what}”` };
    case 'op.undo':
      return item.changes[0]?.entity === 'acceptance'
        ? { ...base, verb: 'took back a yes to the plan', what: '' }
        : null;
    default:
      return namedSentence(item, base, words) ?? aloneSentence(item, base, words);
  }
}

const VERBS: Readonly<Record<string, string>> = {
  'date.propose': 'proposed',
  'date.accept': 'agreed to',
  'date.counter': 'answered with',
  'date.decline': 'declined',
  'date.withdraw': 'took back',
};

// dateSentence: "Marc Olsen proposed 22 Oct for Security review".
function dateSentence(item: ActivityItem, base: Base, words: Words): Sentence | null {
  const proposals = item.changes.filter((c) => c.entity === 'date_proposal');
  const made = proposals.find((c) => c.was === null);
  const change = made ?? proposals[0];
  if (change === undefined) return null;
  const known = words.view.proposals.get(change.id);
  const to = known?.to ?? textOf(change.set.to);
  const milestone = known?.milestone ?? textOf(change.set.milestone);
  const why = made === undefined ? textOf(change.set.answer_reason) : textOf(change.set.reason);
  const day = to === null ? 'a date' : words.day(to);
  const title = milestone === null ? undefined : words.view.milestones.get(milestone)?.title;
  return {
    ...base,
    verb: `${VERBS[item.kind] ?? 'changed'} ${day}${title === undefined ? '' : ' for'}`,
    what: title ?? '',
    detail: because(why),
  };
}

// yesSentence: "Dana Kim agreed to the plan for Acme"; null when it said so before.
function yesSentence(item: ActivityItem, base: Base, words: Words): Sentence | null {
  const yes = item.changes.find((c) => c.entity === 'acceptance' && c.was === null);
  if (yes === undefined) return null;
  const company = companyOf(yes.set.side === 'buyer', words);
  const both = item.changes.some((c) => c.entity === 'baseline' && c.was === null);
  return {
    ...base,
    verb: company === '' ? 'agreed to the plan' : 'agreed to the plan for',
    what: company,
    detail: both ? 'and so both companies agree on the dates' : '',
  };
}

// namedSentence: "Marc Olsen named Dana Kim to agree for Acme"; null for anything else.
function namedSentence(item: ActivityItem, base: Base, words: Words): Sentence | null {
  const [change] = item.changes;
  const field = ['buyer_approver', 'seller_approver'].find(
    (name) => change !== undefined && name in change.set,
  );
  if (change?.entity !== 'room' || field === undefined) return null;
  const company = companyOf(field === 'buyer_approver', words) || 'their side';
  const who = textOf(change.set[field]);
  return who === null
    ? { ...base, verb: 'lets anyone who edits agree for', what: company }
    : { ...base, verb: 'named', what: words.actor(who), detail: `to agree for ${company}` };
}

function companyOf(isBuyer: boolean, { view }: Words): string {
  return (isBuyer ? view.room?.buyer_company : view.room?.seller_company) ?? '';
}

// aloneSentence: "Priya Nair moved an agreed date alone: Security review from 12 Oct to 22 Oct".
function aloneSentence(item: ActivityItem, base: Base, words: Words): Sentence | null {
  const moved = item.changes.filter((c) => movedAlone(c, words.view));
  const [first] = moved;
  if (first === undefined) return null;
  if (moved.length > 1) return { ...base, verb: `moved ${moved.length} agreed dates alone`, what: '' };
  const [from, to] = [textOf(first.was?.due), textOf(first.set.due)];
  return {
    ...base,
    verb: 'moved an agreed date alone:',
    what: words.view.milestones.get(first.id)?.title ?? base.what,
    from: from === null ? null : words.day(from),
    to: to === null ? 'no date' : words.day(to),
  };
}

// movedAlone: a second move by the same side leaves the mark as it is, so the
// newest one is told by the milestone itself.
function movedAlone(change: Change, view: PlanView): boolean {
  if (change.entity !== 'milestone' || !('due' in change.set)) return false;
  if ('moved_by' in change.set) return change.set.moved_by !== null;
  const now = view.milestones.get(change.id);
  return now !== undefined && now.moved_by !== null && now.due === change.set.due;
}

function because(why: string | null): string {
  return why === null ? '' : `because: ${why}`;
}

function textOf(value: Value | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
