import { on } from 'svelte/events';
import type { Row } from './rows';
import type { Timeline } from './state.svelte';

const PAGE_ROWS = 10;
const WEEK_DAYS = 7;

/** listen makes the rows answer keys, clicks, the pointer and the focus. */
export function listen(timeline: Timeline, element: HTMLElement): () => void {
  const rowOf = (event: Event): Row | undefined => {
    if (!(event.target instanceof Element)) return undefined;
    const id = event.target.closest<HTMLElement>('[data-row]')?.dataset.row;
    return timeline.rows.find((row) => row.id === id);
  };
  const keydown = (event: KeyboardEvent): void => {
    const row = rowOf(event);
    if (row === undefined || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const rtl = getComputedStyle(element).direction === 'rtl';
    if (!press(timeline, row, event, rtl)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const click = (event: MouseEvent): void => {
    const row = rowOf(event);
    if (row === undefined || !(event.target instanceof Element) || event.target.closest('button') === null)
      return;
    if (row.kind === 'group') timeline.toggle(row.id);
    else timeline.room.openPanel(row.milestone.id);
  };
  const over = (event: PointerEvent): void => {
    const row = rowOf(event);
    timeline.pointed = row?.kind === 'milestone' ? row.milestone.id : null;
  };

  const ends = [
    on(element, 'keydown', keydown),
    on(element, 'click', click),
    on(element, 'pointerover', over),
    on(element, 'pointerleave', () => {
      timeline.pointed = null;
    }),
    on(element, 'focusin', (event) => {
      const row = rowOf(event);
      if (row !== undefined) timeline.note(row.id);
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}

function press(timeline: Timeline, row: Row, event: KeyboardEvent, rtl: boolean): boolean {
  switch (event.key) {
    case 'ArrowUp':
      timeline.step(-1);
      return true;
    case 'ArrowDown':
      timeline.step(1);
      return true;
    case 'PageUp':
      timeline.step(-PAGE_ROWS);
      return true;
    case 'PageDown':
      timeline.step(PAGE_ROWS);
      return true;
    case 'Home':
      timeline.step(Number.NEGATIVE_INFINITY);
      return true;
    case 'End':
      timeline.step(Number.POSITIVE_INFINITY);
      return true;
    case 'ArrowLeft':
    case 'ArrowRight':
      return sideways(timeline, row, event, (event.key === 'ArrowRight') !== rtl);
    case 'Enter':
      if (row.kind !== 'milestone') return false;
      timeline.room.openPanel(row.milestone.id, timeline.editable ? 'due' : 'details');
      return true;
    default:
      return false;
  }
}

function sideways(timeline: Timeline, row: Row, event: KeyboardEvent, later: boolean): boolean {
  if (row.kind === 'group') {
    if (row.open !== later) timeline.toggle(row.id);
    return true;
  }
  timeline.shift(row.milestone, (event.shiftKey ? WEEK_DAYS : 1) * (later ? 1 : -1));
  return true;
}
