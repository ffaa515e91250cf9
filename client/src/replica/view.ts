import { daysBetween, tMinus, todayIn } from './dates';
import { Lists, Memo, sameItems } from './memo';
import { type Found, mergeRecords, tombstones } from './merge';
import { byPosition } from './order';
import { ENTITIES, isRemoved, type PlanRecord, type States, text } from './state';
import type { Entity } from './types';
import {
  baselineView,
  commentView,
  criterionView,
  dependencyView,
  milestoneFields,
  personView,
  proposalView,
  roleSlotView,
  roomView,
  targetField,
  taskView,
} from './view-records';
import type {
  BaselineView,
  CommentView,
  CriterionView,
  DependencyView,
  MilestoneView,
  Owner,
  PersonView,
  PhaseView,
  PlanView,
  Progress,
  ProposalView,
  RemovedView,
  RoleSlotView,
  RoomView,
  TaskView,
} from './view-types';

export type * from './view-types';

/**
 * Viewer makes the plan's view, again and again as the plan changes, and keeps
 * the identity of every part that stays the same.
 */
export class Viewer {
  readonly #rooms = new Memo<RoomView>();
  readonly #people = new Memo<PersonView>();
  readonly #slots = new Memo<RoleSlotView>();
  readonly #owners = new Memo<Owner>();
  readonly #criteria = new Memo<CriterionView>();
  readonly #tasks = new Memo<TaskView>();
  readonly #comments = new Memo<CommentView>();
  readonly #dependencies = new Memo<DependencyView>();
  readonly #milestones = new Memo<MilestoneView>();
  readonly #phases = new Memo<PhaseView>();
  readonly #proposals = new Memo<ProposalView>();
  readonly #baselines = new Memo<BaselineView>();
  readonly #merged = new Memo<ReadonlyMap<string, Found>>();
  readonly #maps = new Memo<ReadonlyMap<string, unknown>>();
  readonly #removed = new Memo<RemovedView>();
  readonly #lists = new Lists();
  #last: { readonly deps: readonly unknown[]; readonly plan: PlanView } | null = null;

  /** view is what the states look like on the day of nowMs in the room's time zone. */
  view(states: States, nowMs: number): PlanView {
    const today = todayIn(zoneOf(states), nowMs);
    const deps = [states.shared, states.seller, states.buyer, today];
    if (this.#last === null || !sameItems(this.#last.deps, deps)) {
      this.#last = { deps, plan: this.#makePlan(states, today) };
      for (const memo of this.#all()) memo.sweep();
    }
    return this.#last.plan;
  }

  /** isStale reports whether another day has begun since the last view. */
  isStale(nowMs: number): boolean {
    const plan = this.#last?.plan;
    return plan !== undefined && plan.today !== todayIn(plan.room?.time_zone ?? 'UTC', nowMs);
  }

  #all(): readonly { sweep(): void }[] {
    return [
      this.#rooms,
      this.#people,
      this.#slots,
      this.#owners,
      this.#criteria,
      this.#tasks,
      this.#comments,
      this.#dependencies,
      this.#milestones,
      this.#phases,
      this.#proposals,
      this.#baselines,
      this.#merged,
      this.#maps,
      this.#removed,
      this.#lists,
    ];
  }

  #makePlan(states: States, today: string): PlanView {
    const people = this.#views(states, 'participant', this.#people, personView);
    const roleSlots = this.#views(states, 'role_slot', this.#slots, roleSlotView);
    const room = this.#room(states);
    const proposals = this.#proposalsOf(states);
    const open = openByMilestone(proposals);
    const build: Build = { states, today, people, roleSlots, goLive: goLiveDay(states, room), open };
    const dependencies = this.#liveDependencies(states);
    const comments = this.#threads(states);
    const phases = this.#phasesOf(build, this.#milestonesOf(build, dependencies, comments));
    const all = phases.flatMap((phase) => phase.milestones);
    const milestones = this.#map('milestones', new Map(all.map((m) => [m.id, m])));
    const goLive = all.find((m) => m.is_go_live) ?? null;
    return {
      states,
      room,
      today,
      phases,
      milestones,
      people,
      roleSlots,
      dependencies: this.#lists.keep(
        'dependencies',
        dependencies.filter((d) => milestones.has(d.from) && milestones.has(d.to)),
      ),
      proposals,
      baselines: this.#baselinesOf(states),
      comments: this.#lists.keep('room comments', comments.get('') ?? []),
      removed: this.#lists.keep('removed', this.#removedOf(states)),
      goLive,
      daysToGoLive: build.goLive === null ? null : daysBetween(today, build.goLive),
      progress: progressOf(all),
      nextStep: nextStepOf(all),
      counts: {
        late: all.filter((m) => m.late).length,
        blocked: all.filter((m) => m.status === 'blocked').length,
        unowned: all.filter((m) => m.unowned).length,
      },
    };
  }

  #room(states: States): RoomView | null {
    const [found] = this.#records(states, 'room').values();
    if (found === undefined) return null;
    return this.#rooms.get(found.record.id, [found.record], () => roomView(found.record));
  }

  #phasesOf(build: Build, byPhase: ReadonlyMap<string, readonly MilestoneView[]>): readonly PhaseView[] {
    const phases: PhaseView[] = [];
    for (const { record } of this.#live(build.states, 'phase')) {
      const milestones = this.#lists.keep(`phase ${record.id}`, sorted(byPhase.get(record.id)));
      phases.push(this.#phases.get(record.id, [record, milestones], () => phaseView(record, milestones)));
    }
    return this.#lists.keep('phases', phases.sort(byPosition));
  }

  #milestonesOf(
    build: Build,
    dependencies: readonly DependencyView[],
    comments: ReadonlyMap<string, readonly CommentView[]>,
  ): ReadonlyMap<string, readonly MilestoneView[]> {
    const parts: Parts = {
      criteria: this.#children(build.states, 'criterion', (found) =>
        this.#criteria.get(found.record.id, [found.record, found.stream], () => criterionView(found)),
      ),
      tasks: this.#children(build.states, 'task', (found) => this.#task(build, found)),
      comments,
      ...links(dependencies),
    };
    const byPhase = new Map<string, MilestoneView[]>();
    for (const found of this.#live(build.states, 'milestone')) {
      push(byPhase, text(found.record, 'phase') ?? '', this.#milestone(build, found, parts));
    }
    return byPhase;
  }

  #milestone(build: Build, found: Found, parts: Parts): MilestoneView {
    const { record, stream } = found;
    const id = record.id;
    const lists = {
      criteria: this.#lists.keep(`criteria ${id}`, sorted(parts.criteria.get(id))),
      tasks: this.#lists.keep(`tasks ${id}`, sorted(parts.tasks.get(id))),
      comments: this.#lists.keep(`comments ${id}`, parts.comments.get(id) ?? []),
      dependsOn: this.#lists.keep(`depends ${id}`, parts.dependsOn.get(id) ?? []),
      unlocks: this.#lists.keep(`unlocks ${id}`, parts.unlocks.get(id) ?? []),
    };
    const seller = this.#owner(build, text(record, 'seller_owner'));
    const buyer = this.#owner(build, text(record, 'buyer_owner'));
    const due = text(record, 'due');
    const late = due !== null && due < build.today;
    const proposal = build.open.get(id) ?? null;
    const deps = [record, stream, seller, buyer, late, build.goLive, proposal, ...Object.values(lists)];
    return this.#milestones.get(id, deps, () => {
      const fields = milestoneFields(found);
      const open = fields.status !== 'done' && fields.status !== 'cancelled';
      return {
        ...fields,
        ...lists,
        owners: { seller, buyer },
        unowned: open && seller === null && buyer === null,
        late: open && late,
        tMinus: due === null || build.goLive === null ? null : tMinus(due, build.goLive),
        slipDays: due === null || fields.agreed_due === null ? null : daysBetween(fields.agreed_due, due),
        proposal,
        counts: countsOf(lists),
      };
    });
  }

  #proposalsOf(states: States): ReadonlyMap<string, ProposalView> {
    const views = new Map<string, ProposalView>();
    for (const { record } of this.#live(states, 'date_proposal')) {
      views.set(
        record.id,
        this.#proposals.get(record.id, [record], () => proposalView(record)),
      );
    }
    return this.#map('proposals', views);
  }

  #baselinesOf(states: States): readonly BaselineView[] {
    const views = this.#live(states, 'baseline').map(({ record }) =>
      this.#baselines.get(record.id, [record], () => baselineView(record)),
    );
    return this.#lists.keep('baselines', views.sort(newestFirst));
  }

  #task(build: Build, found: Found): TaskView {
    const { record, stream } = found;
    const owner = this.#owner(build, text(record, 'owner'));
    return this.#tasks.get(record.id, [record, stream, owner, build.today], () =>
      taskView(found, owner, build.today),
    );
  }

  #owner(build: Build, id: string | null): Owner | null {
    if (id === null) return null;
    const slot = build.roleSlots.get(id);
    const person = build.people.get(slot?.filled_by ?? id) ?? null;
    return this.#owners.get(id, [slot, person], () => ({
      kind: slot === undefined ? 'person' : 'role',
      id,
      name: slot === undefined ? (person?.name ?? '') : slot.label,
      side: slot?.side ?? person?.side ?? 'none',
      person,
    }));
  }

  #liveDependencies(states: States): readonly DependencyView[] {
    const live = this.#live(states, 'dependency').map((found) =>
      this.#dependencies.get(found.record.id, [found.record, found.stream], () => dependencyView(found)),
    );
    return live.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  // The threads by the milestone they are on, '' for the room's, oldest first.
  #threads(states: States): ReadonlyMap<string, readonly CommentView[]> {
    const threads = new Map<string, CommentView[]>();
    for (const found of this.#live(states, 'comment')) {
      const on = targetField(found.record);
      if (on !== null && on.entity !== 'milestone') continue;
      const comment = this.#comments.get(found.record.id, [found.record, found.stream], () =>
        commentView(found),
      );
      push(threads, on?.id ?? '', comment);
    }
    for (const thread of threads.values()) thread.sort(byTime);
    return threads;
  }

  #children<T>(states: States, entity: Entity, make: (found: Found) => T): ReadonlyMap<string, readonly T[]> {
    const children = new Map<string, T[]>();
    for (const found of this.#live(states, entity))
      push(children, text(found.record, 'milestone') ?? '', make(found));
    return children;
  }

  #removedOf(states: States): readonly RemovedView[] {
    return ENTITIES.flatMap((entity) =>
      tombstones(states, entity).map(({ record, stream }) =>
        this.#removed.get(`${stream} ${record.id}`, [record], () => ({
          entity,
          id: record.id,
          stream,
          label: labelOf(record),
        })),
      ),
    );
  }

  #views<V>(
    states: States,
    entity: Entity,
    memo: Memo<V>,
    make: (record: PlanRecord) => V,
  ): ReadonlyMap<string, V> {
    const views = new Map<string, V>();
    for (const { record } of this.#records(states, entity).values()) {
      views.set(
        record.id,
        memo.get(record.id, [record], () => make(record)),
      );
    }
    return this.#map(entity, views);
  }

  #live(states: States, entity: Entity): readonly Found[] {
    return [...this.#records(states, entity).values()].filter(({ record }) => !isRemoved(record));
  }

  #records(states: States, entity: Entity): ReadonlyMap<string, Found> {
    const deps = [states.shared?.[entity], states.seller?.[entity], states.buyer?.[entity]];
    return this.#merged.get(entity, deps, () => mergeRecords(states, entity));
  }

  #map<V>(name: string, map: ReadonlyMap<string, V>): ReadonlyMap<string, V> {
    return this.#maps.get(name, [...map.values()], () => map) as ReadonlyMap<string, V>;
  }
}

interface Build {
  readonly states: States;
  readonly today: string;
  readonly people: ReadonlyMap<string, PersonView>;
  readonly roleSlots: ReadonlyMap<string, RoleSlotView>;
  readonly goLive: string | null;
  readonly open: ReadonlyMap<string, ProposalView>;
}

interface Parts {
  readonly criteria: ReadonlyMap<string, readonly CriterionView[]>;
  readonly tasks: ReadonlyMap<string, readonly TaskView[]>;
  readonly comments: ReadonlyMap<string, readonly CommentView[]>;
  readonly dependsOn: ReadonlyMap<string, readonly string[]>;
  readonly unlocks: ReadonlyMap<string, readonly string[]>;
}

function openByMilestone(proposals: ReadonlyMap<string, ProposalView>): ReadonlyMap<string, ProposalView> {
  const open = new Map<string, ProposalView>();
  for (const proposal of proposals.values()) {
    if (proposal.state === 'open') open.set(proposal.milestone, proposal);
  }
  return open;
}

function newestFirst(a: BaselineView, b: BaselineView): number {
  if (a.rev !== b.rev) return b.rev - a.rev;
  return a.id < b.id ? -1 : 1;
}

function zoneOf(states: States): string {
  const [room] = states.shared?.room?.values() ?? [];
  return text(room, 'time_zone') ?? 'UTC';
}

function goLiveDay(states: States, room: RoomView | null): string | null {
  for (const record of states.shared?.milestone?.values() ?? []) {
    if (record.fields.is_go_live === true && !isRemoved(record))
      return text(record, 'due') ?? room?.go_live ?? null;
  }
  return room?.go_live ?? null;
}

function phaseView(record: PlanRecord, milestones: readonly MilestoneView[]): PhaseView {
  return {
    id: record.id,
    name: text(record, 'name') ?? '',
    pos: text(record, 'pos') ?? '',
    milestones,
    progress: progressOf(milestones),
  };
}

function progressOf(milestones: readonly MilestoneView[]): Progress {
  const counted = milestones.filter((m) => m.status !== 'cancelled');
  return { done: counted.filter((m) => m.status === 'done').length, total: counted.length };
}

// nextStepOf is the open milestone due first; without any date, the first one.
function nextStepOf(milestones: readonly MilestoneView[]): MilestoneView | null {
  let next: MilestoneView | null = null;
  for (const m of milestones) {
    if (m.status === 'done' || m.status === 'cancelled') continue;
    if (next === null || (m.due !== null && (next.due === null || m.due < next.due))) next = m;
  }
  return next;
}

function countsOf(lists: Pick<MilestoneView, 'criteria' | 'tasks' | 'comments'>): MilestoneView['counts'] {
  return {
    criteria: lists.criteria.length,
    criteriaMet: lists.criteria.filter((c) => c.met_at !== null).length,
    tasks: lists.tasks.length,
    tasksDone: lists.tasks.filter((t) => t.done_at !== null).length,
    comments: lists.comments.length,
    commentsOpen: lists.comments.filter((c) => c.resolved_at === null).length,
  };
}

function links(dependencies: readonly DependencyView[]): Pick<Parts, 'dependsOn' | 'unlocks'> {
  const dependsOn = new Map<string, string[]>();
  const unlocks = new Map<string, string[]>();
  for (const { from, to } of dependencies) {
    push(dependsOn, to, from);
    push(unlocks, from, to);
  }
  return { dependsOn, unlocks };
}

function labelOf(record: PlanRecord): string {
  for (const field of ['title', 'name', 'label', 'text', 'body']) {
    const value = text(record, field);
    if (value !== null) return value;
  }
  return '';
}

function byTime(a: CommentView, b: CommentView): number {
  if (a.at !== b.at) return a.at < b.at ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

function sorted<T extends { readonly pos: string; readonly id: string }>(
  items: readonly T[] | undefined,
): readonly T[] {
  return [...(items ?? [])].sort(byPosition);
}

function push<V>(map: Map<string, V[]>, key: string, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
