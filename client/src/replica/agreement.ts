import { counts, newestAcceptance, newestBaseline } from './acceptance';
import { daysBetween } from './dates';
import { sameItems } from './memo';
import { isRemoved, type PlanRecord, type State, text } from './state';
import type { Term } from './terms';
import type { Dates } from './types';
import type { CompanySide, PlanView } from './view-types';

/** Agreement is how far both sides agree on the shared plan, and what changed since. Texts are "" where there is nothing. */
export interface Agreement {
  /** baseline is the newest that both sides agreed on. */
  readonly baseline: string;
  readonly at: string;
  readonly seller: SideYes;
  readonly buyer: SideYes;
  /** slip_days is how far go-live is from where it was agreed, null without both dates. */
  readonly slip_days: number | null;
  readonly rows: readonly ChangedRow[];
  /** moved, of which alone by one side without the other; added, removed or cancelled. */
  readonly moved: number;
  readonly alone: number;
  readonly added: number;
  readonly removed: number;
  /** words is "4 dates changed since both agreed". */
  readonly words: string;
}

/** SideYes is one side's newest yes. */
export interface SideYes {
  readonly agreed: boolean;
  /** holds: nothing of the terms changed since. */
  readonly holds: boolean;
  readonly rev: number;
  readonly at: string;
  /** by is a participant's id, "" for the workspace itself. */
  readonly by: string;
  /** why is what ended it, on the milestone that changed. */
  readonly why: Term | '';
  readonly on: string;
  readonly words: string;
}

/** ChangedRow is one milestone that is not as both sides agreed. */
export interface ChangedRow {
  readonly milestone: string;
  readonly title: string;
  readonly kind: 'moved' | 'added' | 'removed' | 'cancelled';
  readonly agreed: string;
  readonly now: string;
  /** days from agreed to now, negative when it is earlier. */
  readonly days: number;
  /** alone is the side that moved it without the other. */
  readonly alone: CompanySide | '';
  readonly reason: string;
  readonly words: string;
}

let last: { readonly deps: readonly unknown[]; readonly agreement: Agreement } | null = null;

/** agreementIn is the agreement of a view: the one of before, while nothing that it depends on has changed. */
export function agreementIn({ states }: Pick<PlanView, 'states'>): Agreement {
  const deps = READ.map((entity) => states.shared?.[entity]);
  if (last === null || !sameItems(last.deps, deps)) last = { deps, agreement: agreementOf(states.shared) };
  return last.agreement;
}

const READ = ['room', 'participant', 'phase', 'milestone', 'baseline', 'acceptance'] as const;

/** agreementOf says how far both sides agree; the server's room.AgreementOf says the same. */
export function agreementOf(shared: State | undefined): Agreement {
  const base = newestBaseline(shared);
  const items = (base?.fields.items ?? {}) as Dates;
  const rows = base === undefined ? [] : rowsOf(shared, items);
  const count = (keep: (row: ChangedRow) => boolean) => rows.filter(keep).length;
  const agreement = {
    baseline: base?.id ?? '',
    at: field(base, 'at'),
    seller: yesOf(shared, 'seller'),
    buyer: yesOf(shared, 'buyer'),
    slip_days: base === undefined ? null : slipOf(shared, items),
    rows,
    moved: count((row) => row.kind === 'moved'),
    alone: count((row) => row.alone !== ''),
    added: count((row) => row.kind === 'added'),
    removed: count((row) => row.kind === 'removed' || row.kind === 'cancelled'),
  };
  return { ...agreement, words: wordsOf(agreement) };
}

function yesOf(shared: State | undefined, side: CompanySide): SideYes {
  const found = newestAcceptance(shared, side);
  const company = companyOf(shared, side);
  const by = field(found, 'by');
  const holds = found !== undefined && text(found, 'stale_at') === null;
  const why = field(found, 'stale_why') as Term | '';
  const on = field(found, 'stale_on');
  let words = `${company} has not agreed yet`;
  if (found !== undefined)
    words = by === '' ? `${company} agreed` : `${nameOf(shared, by)} agreed for ${company}`;
  if (found !== undefined && !holds) {
    words += `; since then ${nameOf(shared, field(found, 'stale_by'))} ${did(shared, why, on)}`;
  }
  return {
    agreed: found !== undefined,
    holds,
    rev: Number(found?.fields.rev ?? 0),
    at: field(found, 'at'),
    by,
    why,
    on,
    words,
  };
}

// did says what somebody did to the terms.
function did(shared: State | undefined, why: Term | '', on: string): string {
  const found = shared?.milestone?.get(on);
  if (found === undefined) return why === 'added' ? 'brought a phase back' : 'removed a phase';
  const title = `“${field(found, 'title')}”`;
  switch (why) {
    case 'added':
      return `added ${title}`;
    case 'removed':
      return `took out ${title}`;
    case 'date':
      return `moved ${title}`;
    case 'owner':
      return `gave ${title} another owner`;
    default:
      return `changed what makes ${title} done`;
  }
}

// rowsOf compares the milestones with what was agreed, in the order of the days.
function rowsOf(shared: State | undefined, items: Dates): readonly ChangedRow[] {
  const rows: ChangedRow[] = [];
  for (const found of shared?.milestone?.values() ?? []) {
    const row = rowOf(shared, found, items[found.id] ?? '');
    if (row !== null) rows.push(row);
  }
  const key = (row: ChangedRow) => `${row.agreed || row.now} ${row.milestone}`;
  return rows.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function rowOf(shared: State | undefined, found: PlanRecord, agreed: string): ChangedRow | null {
  const now = field(found, 'due');
  const inPlan = counts(shared, found);
  if ((inPlan && now === agreed) || (agreed === '' && (!inPlan || now === ''))) return null;
  const kind = kindOf(found, agreed, inPlan);
  const moved = kind === 'moved';
  const row = {
    milestone: found.id,
    title: field(found, 'title'),
    kind,
    agreed,
    now,
    days: moved && now !== '' ? daysBetween(agreed, now) : 0,
    alone: (moved ? field(found, 'moved_by') : '') as CompanySide | '',
    reason: moved ? field(found, 'due_reason') : '',
  };
  return { ...row, words: rowWords(shared, row) };
}

function kindOf(found: PlanRecord, agreed: string, inPlan: boolean): ChangedRow['kind'] {
  if (agreed === '') return 'added';
  if (inPlan) return 'moved';
  return text(found, 'status') === 'cancelled' && !isRemoved(found) ? 'cancelled' : 'removed';
}

function slipOf(shared: State | undefined, items: Dates): number | null {
  const [room] = shared?.room?.values() ?? [];
  const agreedDay = text(room, 'agreed_go_live'); // whichever milestone was go-live then
  for (const found of shared?.milestone?.values() ?? []) {
    const [due, agreed] = [text(found, 'due'), agreedDay ?? items[found.id]];
    if (found.fields.is_go_live !== true || isRemoved(found)) continue;
    if (due !== null && agreed !== undefined) return daysBetween(agreed, due);
  }
  return null;
}

function rowWords(shared: State | undefined, row: Omit<ChangedRow, 'words'>): string {
  const title = `“${row.title}”`;
  if (row.kind === 'added') return `${title} on ${dayWords(row.now)} was added`;
  if (row.kind !== 'moved') return `${title} was ${row.kind}, agreed for ${dayWords(row.agreed)}`;
  const alone = row.alone === '' ? '' : `, by ${companyOf(shared, row.alone)} alone`;
  if (row.now === '') return `${title} has no date, agreed for ${dayWords(row.agreed)}${alone}`;
  return `${title} moved from ${dayWords(row.agreed)} to ${dayWords(row.now)}, ${laterWords(row.days)}${alone}`;
}

function wordsOf(a: Omit<Agreement, 'words'>): string {
  if (a.baseline === '') {
    if (a.seller.holds || a.buyer.holds) return `${a.seller.words}; ${a.buyer.words}`;
    return 'The two sides have not agreed on the dates yet';
  }
  const parts: string[] = [];
  for (const [n, done] of [
    [a.moved, 'changed'],
    [a.added, 'added'],
    [a.removed, 'removed'],
  ] as const) {
    if (n === 0) continue;
    const noun = n === 1 ? 'date ' : 'dates ';
    parts.push(`${n} ${parts.length === 0 ? noun : ''}${done}`);
  }
  return parts.length === 0 ? 'No date changed since both agreed' : `${parts.join(', ')} since both agreed`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

// dayWords writes a day as the server's sentences do: "12 Oct 2026".
function dayWords(day: string): string {
  return `${Number(day.slice(8))} ${MONTHS[Number(day.slice(5, 7)) - 1]} ${day.slice(0, 4)}`;
}

function laterWords(days: number): string {
  const n = Math.abs(days);
  return `${n} ${n === 1 ? 'day' : 'days'} ${days < 0 ? 'earlier' : 'later'}`;
}

function companyOf(shared: State | undefined, side: CompanySide): string {
  const [room] = shared?.room?.values() ?? [];
  return room === undefined ? side : field(room, `${side}_company`);
}

function nameOf(shared: State | undefined, id: string): string {
  const found = shared?.participant?.get(id);
  return found === undefined ? 'the workspace' : field(found, 'name');
}

function field(found: PlanRecord | undefined, name: string): string {
  return text(found, name) ?? '';
}
