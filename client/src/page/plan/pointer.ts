import { on } from 'svelte/events';
import type { EditField } from './edit.svelte';
import type { Grid } from './grid.svelte';
import { press } from './keys';
import type { Column } from './nav';

/** listen makes the grid answer keys, clicks and the focus, all of them at the treegrid itself. */
export function listen(grid: Grid, element: HTMLElement): () => void {
  let pressed = '';

  const at = (event: Event): Element | null => (event.target instanceof Element ? event.target : null);
  const cellOf = (node: Element | null): { id: string; col: Column } | null => {
    const name = node?.closest<HTMLElement>('[data-cell]')?.dataset.cell;
    if (name === undefined) return null;
    const cut = name.lastIndexOf('/');
    return { id: name.slice(0, cut), col: name.slice(cut + 1) as Column };
  };

  const focusin = (event: FocusEvent): void => {
    grid.inside = true;
    const cell = cellOf(at(event));
    const row = at(event)?.closest<HTMLElement>('[data-row]')?.dataset.row;
    if (cell !== null) grid.note(cell.id, cell.col);
    else if (row !== undefined) grid.note(row, null);
  };
  const focusout = (event: FocusEvent): void => {
    const inside = event.relatedTarget instanceof Node && element.contains(event.relatedTarget);
    if (!inside && document.hasFocus()) grid.inside = false;
  };
  const keydown = (event: KeyboardEvent): void => {
    const target = at(event);
    if (target === null || event.defaultPrevented || target.closest('[data-editor]') !== null) return;
    const rtl = getComputedStyle(element).direction === 'rtl';
    if (!press(grid, event, rtl)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const pointerdown = (event: PointerEvent): void => {
    const cell = cellOf(at(event));
    const held = cell !== null && grid.inside && grid.isAt(cell.id, cell.col);
    pressed = held ? `${cell.id}/${cell.col}` : '';
  };
  const click = (event: MouseEvent): void => {
    const target = at(event);
    if (target === null || target.closest('[data-editor]') !== null) return;
    const fold = target.closest<HTMLElement>('[data-fold]')?.dataset.fold;
    if (fold !== undefined) {
      grid.toggle(fold);
      void grid.focus({ row: fold, col: 'title', want: 'title' });
      return;
    }
    const cell = cellOf(target);
    if (cell === null) return;
    if (target.closest('button') !== null) button(grid, cell.id, cell.col);
    else text(grid, cell.id, cell.col, pressed === `${cell.id}/${cell.col}`);
  };

  const ends = [
    on(element, 'focusin', focusin),
    on(element, 'focusout', focusout),
    on(element, 'keydown', keydown),
    on(element, 'pointerdown', pointerdown),
    on(element, 'click', click),
  ];
  return () => {
    for (const end of ends) end();
  };
}

function button(grid: Grid, id: string, col: Column): void {
  grid.note(id, col);
  if (col === 'status') {
    if (grid.editing.is(id, 'status')) grid.editing.cancel();
    else grid.editing.open(id, 'status');
  } else if (col === 'notes') grid.room.openPanel(id, 'comments');
  else if (col === 'more') grid.menu = grid.menu?.id === id ? null : { id, kind: 'menu' };
  else if (col === 'move') grid.menu = { id, kind: 'move' };
}

// A click on a title goes there, the second one edits it; owners and dates open at once.
function text(grid: Grid, id: string, col: Column, again: boolean): void {
  const m = grid.milestone(id);
  if (m === undefined) {
    if (again && grid.editable) grid.renaming = id;
    return;
  }
  if (col === 'due' && m.proposal !== null) return grid.room.ask({ id, due: null, answer: true });
  const field: EditField | null =
    col === 'title' || col === 'due' || col === 'buyer_owner' || col === 'seller_owner' ? col : null;
  if (field === null) return;
  if (!grid.editing.may(field)) {
    if (field === 'title') grid.room.openPanel(id);
  } else if (field !== 'title' || again) grid.editing.open(id, field);
}
