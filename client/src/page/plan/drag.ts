import { on } from 'svelte/events';
import { moveTo } from './actions';
import type { Drop, Grid } from './grid.svelte';

// A press that moves less than this is a click.
const SLOP = 4;
const EDGE = 60;

/** dragging lets the handles of the rows be dragged by mouse, pen or finger. */
export function dragging(grid: Grid, element: HTMLElement): () => void {
  let from: { id: string; x: number; y: number; pointer: number } | null = null;
  let dragged = false;

  const down = (event: PointerEvent): void => {
    const handle = handleOf(event);
    if (handle === null || event.button !== 0) return;
    dragged = false;
    from = { id: handle.dataset.handle ?? '', x: event.clientX, y: event.clientY, pointer: event.pointerId };
    handle.setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent): void => {
    if (from === null || event.pointerId !== from.pointer) return;
    if (!dragged && Math.hypot(event.clientX - from.x, event.clientY - from.y) < SLOP) return;
    dragged = true;
    grid.dragging = from.id;
    grid.drop = nearest(grid, element, event.clientY);
    if (event.clientY < EDGE) scrollBy(0, -EDGE / 4);
    else if (event.clientY > innerHeight - EDGE) scrollBy(0, EDGE / 4);
  };
  const stop = (): void => {
    from = null;
    grid.dragging = null;
    grid.drop = null;
  };
  const up = (): void => {
    const m = from === null ? undefined : grid.milestone(from.id);
    const drop = grid.drop;
    stop();
    if (m !== undefined && drop !== null) moveTo(grid, m, drop);
  };
  const keys = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || grid.dragging === null) return;
    event.preventDefault();
    event.stopPropagation();
    grid.say('Move cancelled.');
    stop();
  };
  // The click that ends a drag is none.
  const click = (event: MouseEvent): void => {
    if (!dragged || handleOf(event) === null) return;
    dragged = false;
    event.stopPropagation();
    event.preventDefault();
  };

  const ends = [
    on(element, 'pointerdown', down),
    on(element, 'pointermove', move),
    on(element, 'pointerup', up),
    on(element, 'pointercancel', stop),
    on(window, 'keydown', keys, { capture: true }),
    on(element, 'click', click, { capture: true }),
  ];
  return () => {
    for (const end of ends) end();
  };
}

function handleOf(event: Event): HTMLElement | null {
  return event.target instanceof Element ? event.target.closest<HTMLElement>('[data-handle]') : null;
}

// nearest is the gap between rows that the pointer is closest to.
function nearest(grid: Grid, element: HTMLElement, y: number): Drop | null {
  const origin = element.getBoundingClientRect().top;
  let best: Drop | null = null;
  let distance = Number.POSITIVE_INFINITY;
  for (const row of grid.rows) {
    if (row.kind !== 'phase' && row.kind !== 'milestone') continue;
    const bottom = grid.place({ row: row.id, col: null, want: null })?.getBoundingClientRect().bottom;
    if (bottom === undefined || Math.abs(bottom - y) >= distance) continue;
    distance = Math.abs(bottom - y);
    const after =
      row.kind === 'milestone' ? row.id : row.open ? null : (row.phase.milestones.at(-1)?.id ?? null);
    const phase = row.kind === 'milestone' ? row.milestone.phase : row.id;
    best = { phase, after, top: bottom - origin };
  }
  return best;
}
