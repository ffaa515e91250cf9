import type { MilestoneView, PlanView } from '../../replica/view-types';

/** Grouping is what the rows of the timeline are put together by. */
export type Grouping = 'phase' | 'side' | 'person';

/** Group is a heading with its milestones, in the order of the plan. */
export interface Group {
  readonly id: string;
  readonly name: string;
  readonly milestones: readonly MilestoneView[];
  readonly done: number;
}

export interface GroupRow {
  readonly kind: 'group';
  readonly id: string;
  readonly group: Group;
  readonly open: boolean;
}
export interface MarkRow {
  readonly kind: 'milestone';
  /** id is unique among the rows: somebody's row and their colleague's may be of one milestone. */
  readonly id: string;
  readonly milestone: MilestoneView;
}

/** Row is one line of the timeline. */
export type Row = GroupRow | MarkRow;

/** Names are the words for groups that are no records. */
export interface Names {
  readonly buyer: string;
  readonly seller: string;
}

/** groupsOf puts the milestones together. Nobody is left out: what has no owner has a group of its own. */
export function groupsOf(view: PlanView, by: Grouping, names: Names): readonly Group[] {
  const all = view.phases.flatMap((phase) => phase.milestones);
  switch (by) {
    case 'phase':
      return view.phases.map((p) => group(p.id, p.name, p.milestones)).filter(notEmpty);
    case 'side':
      return sides(all, names);
    case 'person':
      return people(all);
  }
}

function sides(all: readonly MilestoneView[], { buyer, seller }: Names): readonly Group[] {
  const lane = (wantsBuyer: boolean, wantsSeller: boolean) =>
    all.filter((m) => (m.owners.buyer !== null) === wantsBuyer && (m.owners.seller !== null) === wantsSeller);
  return [
    group('buyer', `With ${buyer}`, lane(true, false)),
    group('seller', `With ${seller}`, lane(false, true)),
    group('both', `With ${buyer} and ${seller}`, lane(true, true)),
    group('nobody', 'No owner yet', lane(false, false)),
  ].filter(notEmpty);
}

function people(all: readonly MilestoneView[]): readonly Group[] {
  const found = new Map<string, { name: string; milestones: MilestoneView[] }>();
  const nobody: MilestoneView[] = [];
  for (const m of all) {
    const owners = [m.owners.buyer, m.owners.seller].filter((owner) => owner !== null);
    if (owners.length === 0) nobody.push(m);
    for (const owner of owners) {
      const id = owner.person?.id ?? owner.id;
      const entry = found.get(id) ?? { name: owner.person?.name ?? owner.name, milestones: [] };
      if (!entry.milestones.includes(m)) entry.milestones.push(m);
      found.set(id, entry);
    }
  }
  return [
    ...[...found].map(([id, { name, milestones }]) => group(id, name, milestones)).sort(byName),
    group('nobody', 'No owner yet', nobody),
  ].filter(notEmpty);
}

function group(id: string, name: string, milestones: readonly MilestoneView[]): Group {
  return { id, name, milestones, done: milestones.filter(isOver).length };
}

function notEmpty({ milestones }: Group): boolean {
  return milestones.length > 0;
}

function byName(a: Group, b: Group): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/** isOver: nothing is to be done for it any more. */
export function isOver(m: MilestoneView): boolean {
  return m.status === 'done' || m.status === 'cancelled';
}

/** CROWDED is from how many milestones on what is finished is folded away. */
export const CROWDED = 40;

/** rowsOf lists the lines. toggled are the groups that are not as they are by themselves. */
export function rowsOf(groups: readonly Group[], toggled: ReadonlySet<string>): readonly Row[] {
  const crowded = groups.reduce((sum, g) => sum + g.milestones.length, 0) > CROWDED;
  return groups.flatMap((g): Row[] => {
    const folds = crowded && g.done === g.milestones.length;
    const open = folds === toggled.has(g.id);
    const head: Row = { kind: 'group', id: g.id, group: g, open };
    if (!open) return [head];
    return [
      head,
      ...g.milestones.map((m): Row => ({ kind: 'milestone', id: `${g.id}/${m.id}`, milestone: m })),
    ];
  });
}
