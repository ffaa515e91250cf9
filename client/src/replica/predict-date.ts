import type { StreamChange } from './fold';
import type { Author } from './predict';
import { isRemoved, type PlanRecord, record, type States, text } from './state';
import type { AnswerOp, CounterOp, Fields, ProposeOp } from './types';

// A proposed date: the milestone keeps its own until the other side says yes.

/** propose makes an open proposal, unless the milestone can have none. */
export function propose(
  states: States,
  id: string,
  milestone: string,
  op: ProposeOp | CounterOp,
  author: Author,
): readonly StreamChange[] {
  const found = record(states.shared, 'milestone', milestone);
  if (found === undefined || !isDatable(found) || text(found, 'due') === op.to) return [];
  const set: Fields = {
    milestone,
    from: text(found, 'due'),
    to: op.to,
    reason: op.reason || null,
    by: author.me?.id ?? null,
    side: author.me?.side ?? null,
    at: author.at,
    state: 'open',
  };
  return [{ stream: 'shared', change: { entity: 'date_proposal', id, set, was: null } }];
}

/** answer closes an open proposal; a counter opens the next one. */
export function answer(states: States, op: AnswerOp | CounterOp, author: Author): readonly StreamChange[] {
  const found = openProposal(states, op.id);
  if (found === null) return [];
  const set: Fields = {
    state: STATES[op.kind],
    answered_by: author.me?.id ?? null,
    answered_at: author.at,
    answer_reason: op.reason || null,
  };
  const closed: StreamChange = {
    stream: 'shared',
    change: { entity: 'date_proposal', id: op.id, set, was: {} },
  };
  if (op.kind !== 'date.counter') return [closed];
  // The server's own id arrives with the commit.
  const next = propose(states, `counter ${op.id}`, text(found, 'milestone') ?? '', op, author);
  return [closed, ...next.map((made) => withField(made, 'counters', op.id))];
}

const STATES = {
  'date.accept': 'accepted',
  'date.counter': 'countered',
  'date.decline': 'declined',
  'date.withdraw': 'withdrawn',
} as const;

/** openProposal finds a proposal that waits for an answer. */
export function openProposal(states: States, id: string): PlanRecord | null {
  const found = record(states.shared, 'date_proposal', id);
  if (found === undefined || isRemoved(found) || text(found, 'state') !== 'open') return null;
  return found;
}

/** stillFits reports whether the milestone has the date that the proposal was about. */
export function stillFits(states: States, proposal: PlanRecord): boolean {
  const found = record(states.shared, 'milestone', text(proposal, 'milestone') ?? '');
  return found !== undefined && isDatable(found) && text(found, 'due') === text(proposal, 'from');
}

function isDatable(milestone: PlanRecord): boolean {
  const status = text(milestone, 'status');
  return !isRemoved(milestone) && status !== 'done' && status !== 'cancelled';
}

function withField(made: StreamChange, name: string, value: string): StreamChange {
  return { ...made, change: { ...made.change, set: { ...made.change.set, [name]: value } } };
}
