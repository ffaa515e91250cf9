import type { MilestoneView, PhaseView } from '../../replica/view-types';
import type { Grid } from './grid.svelte';
import { moveOp, neighbour, phaseMove, type Spot, statusOp, unmet } from './ops';

// What can be done with a row, by its menu, by a key or by dragging.

/** moveTo moves a milestone and says where it is now. */
export function moveTo(grid: Grid, m: MilestoneView, spot: Spot): void {
  const op = moveOp(grid.room.view, m, spot);
  if (op === null) return;
  const phase = grid.room.view.phases.find((p) => p.id === spot.phase);
  const others = (phase?.milestones ?? []).filter((other) => other.id !== m.id);
  const at = spot.after === null ? 1 : others.findIndex((other) => other.id === spot.after) + 2;
  grid.collapsed.delete(spot.phase);
  grid.follow = true;
  grid.room.propose(m.stream, op);
  grid.say(`${m.title}, moved to ${at} of ${others.length + 1} in ${phase?.name ?? ''}.`);
}

/** nudge moves a milestone one place up or down, across the ends of its phase. */
export function nudge(grid: Grid, m: MilestoneView, by: 1 | -1): void {
  const spot = neighbour(grid.room.view, m, by);
  if (spot !== null) moveTo(grid, m, spot);
}

export function nudgePhase(grid: Grid, id: string, by: 1 | -1): void {
  const op = phaseMove(grid.room.view, id, by);
  if (op === null) return;
  grid.follow = true;
  grid.room.propose('shared', op);
}

/** toggleDone marks a milestone done, after asking why where criteria are unmet, or reopens it. */
export function toggleDone(grid: Grid, m: MilestoneView): void {
  if (!grid.completes) return;
  if (m.status !== 'done' && unmet(m) > 0) return grid.editing.open(m.id, 'status');
  const op = statusOp(m, m.status === 'done' ? 'in_progress' : 'done');
  if (op !== null) grid.room.propose(m.stream, op);
}

/** remove deletes a milestone; the toast takes it back. The go-live milestone stays. */
export function remove(grid: Grid, m: MilestoneView): void {
  if (!grid.editable) return;
  if (m.is_go_live) return grid.room.show('The go-live milestone can’t be deleted.');
  grid.room.named(() => {
    grid.room.propose(m.stream, { kind: 'milestone.remove', id: m.id });
    grid.room.show('Milestone deleted', () => {
      grid.room.propose(m.stream, { kind: 'milestone.restore', id: m.id });
    });
  });
}

export function removePhase(grid: Grid, phase: PhaseView): void {
  grid.room.named(() => {
    grid.room.propose('shared', { kind: 'phase.remove', id: phase.id });
    grid.room.show('Phase deleted', () => {
      grid.room.propose('shared', { kind: 'phase.restore', id: phase.id });
    });
  });
}

/** nameBeside starts a new milestone below or above a row. */
export function nameBeside(grid: Grid, row: string, above: boolean): void {
  if (!grid.editable) return;
  const phase = grid.room.view.phases.find((p) => p.id === row);
  if (phase !== undefined) return grid.name({ phase: phase.id, after: null });
  const m = grid.milestone(row);
  if (m === undefined) return;
  if (!above) return grid.name({ phase: m.phase, after: m.id });
  const siblings = grid.room.view.phases.find((p) => p.id === m.phase)?.milestones ?? [];
  const at = siblings.findIndex((other) => other.id === m.id);
  grid.name({ phase: m.phase, after: siblings[at - 1]?.id ?? null });
}
