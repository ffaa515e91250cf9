import { on } from 'svelte/events';
import { dayNumber, fromDayNumber } from '../../replica/dates';
import type { Timeline } from './state.svelte';

// A press that moves less than this is a click.
const SLOP = 4;

interface Press {
  readonly x: number;
  /** due, first and last are day numbers: where it was, and how far it can go. */
  readonly due: number;
  readonly first: number;
  readonly last: number;
  readonly px: number;
  readonly pointer: number;
}

/** dragging lets a marker be dragged to another day; Escape puts it back. */
export function dragging(timeline: Timeline, id: string): (node: HTMLElement) => () => void {
  return (node) => {
    let from: Press | null = null;
    let moved = false;

    const milestone = () => timeline.room.view.milestones.get(id);
    const stop = (): void => {
      from = null;
      timeline.dragged = null;
    };
    const down = (event: PointerEvent): void => {
      const m = milestone();
      const track = node.parentElement?.getBoundingClientRect().width ?? 0;
      const { span } = timeline;
      moved = false;
      if (event.button !== 0 || span === null || m === undefined || m.due === null || !timeline.movable(m))
        return;
      const first = dayNumber(span.from);
      from = {
        x: event.clientX,
        due: dayNumber(m.due),
        px: track / span.days,
        pointer: event.pointerId,
        first,
        last: first + span.days - 1,
      };
      node.setPointerCapture(event.pointerId);
    };
    const move = (event: PointerEvent): void => {
      if (from === null || event.pointerId !== from.pointer) return;
      const by = (event.clientX - from.x) * (getComputedStyle(node).direction === 'rtl' ? -1 : 1);
      if (!moved && Math.abs(by) < SLOP) return;
      moved = true;
      const to = Math.min(from.last, Math.max(from.first, from.due + Math.round(by / from.px)));
      timeline.dragged = { id, day: fromDayNumber(to) };
    };
    const up = (): void => {
      const m = milestone();
      if (from !== null && m !== undefined) timeline.drop(m);
      stop();
    };
    const keys = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || timeline.dragged?.id !== id) return;
      event.preventDefault();
      event.stopPropagation();
      stop();
    };
    // The click that ends a drag is none.
    const click = (event: MouseEvent): void => {
      if (!moved) return;
      moved = false;
      event.preventDefault();
      event.stopPropagation();
    };

    const ends = [
      on(node, 'pointerdown', down),
      on(node, 'pointermove', move),
      on(node, 'pointerup', up),
      on(node, 'pointercancel', stop),
      on(node, 'click', click, { capture: true }),
      on(window, 'keydown', keys, { capture: true }),
    ];
    return () => {
      for (const end of ends) end();
    };
  };
}
