import { changeDue } from '../change-due';
import { own } from '../own.svelte';
import { nameBeside, nudge, nudgePhase, remove, toggleDone } from './actions';
import type { EditField } from './edit.svelte';
import type { Grid } from './grid.svelte';
import { type Column, moveOf, type Stop } from './nav';

const EDITABLE: readonly Column[] = ['status', 'title', 'buyer_owner', 'seller_owner', 'due'];

function isEditable(col: Column | null): col is EditField & Column {
  return col !== null && EDITABLE.includes(col);
}

/** press handles a key of the grid and reports whether it meant anything. */
export function press(grid: Grid, event: KeyboardEvent, rtl: boolean): boolean {
  const at = grid.cursor;
  if (at === null || event.isComposing) return false;
  if (grid.editing.waiting) return typeAhead(grid, event);
  if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
    return shift(grid, at, event.key === 'ArrowDown' ? 1 : -1);
  }
  const row = grid.rows.find((r) => r.id === at.row);
  const move = moveOf(event, rtl);
  if (at.col === null && row?.kind === 'phase' && (move === 'next' || move === 'prev')) {
    if (row.open === (move === 'prev')) {
      grid.toggle(row.id);
      return true;
    }
  }
  if (move !== null) return grid.move(move);
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (at.col === null) return (own.letters || !isText(event)) && rowKey(grid, at, event);
  return cellKey(grid, at, event);
}

// The editor is on its way: what is typed meanwhile will be in it.
function typeAhead({ editing }: Grid, event: KeyboardEvent): boolean {
  const { edit } = editing;
  if (event.key === 'Escape') editing.cancel();
  else if (event.ctrlKey || event.metaKey || event.key === 'Tab') return false;
  else if (edit !== null && edit.field !== 'status' && [...event.key].length === 1)
    editing.type(edit.text + event.key);
  return true;
}

function shift(grid: Grid, at: Stop, by: 1 | -1): boolean {
  if (!grid.editable) return false;
  const m = grid.milestone(at.row);
  if (m !== undefined) nudge(grid, m, by);
  else nudgePhase(grid, at.row, by);
  return true;
}

function cellKey(grid: Grid, at: Stop, event: KeyboardEvent): boolean {
  const { row, col } = at;
  const m = grid.milestone(row);
  if (event.key === 'Escape') {
    void grid.focus({ row, col: null, want: null });
    return true;
  }
  if (m === undefined) return phaseCell(grid, at, event);
  if (!isEditable(col) || !grid.editing.may(col)) {
    if (event.key !== 'Enter' || isWidget(col)) return false;
    grid.room.openPanel(row);
    return true;
  }
  if (event.key === 'Enter' && col === 'due' && m.proposal !== null)
    grid.room.ask({ id: row, due: null, answer: true });
  else if (event.key === 'Enter' || event.key === 'F2') grid.editing.open(row, col);
  else if (event.key === 'Delete' && col === 'due') changeDue(grid.room, m, null);
  else if (event.key === 'Delete' && (col === 'buyer_owner' || col === 'seller_owner')) {
    if (m.owners[col === 'buyer_owner' ? 'buyer' : 'seller'] !== null) grid.room.update(m, { [col]: null });
  } else if (col !== 'status' && isText(event)) grid.editing.open(row, col, event.key);
  else return false;
  return true;
}

function isWidget(col: Column | null): boolean {
  return col === 'more' || col === 'notes' || col === 'move' || col === 'status';
}

function isText(event: KeyboardEvent): boolean {
  return [...event.key].length === 1 && event.key !== ' ';
}

function phaseCell(grid: Grid, at: Stop, event: KeyboardEvent): boolean {
  if (at.col !== 'title' || !grid.room.view.phases.some((p) => p.id === at.row)) return false;
  if ((event.key === 'Enter' || event.key === 'F2') && grid.editable) grid.renaming = at.row;
  else if (event.key === 'Enter') grid.toggle(at.row);
  else return false;
  return true;
}

function rowKey(grid: Grid, { row }: Stop, event: KeyboardEvent): boolean {
  const m = grid.milestone(row);
  const { room, editing } = grid;
  switch (event.key.toLowerCase()) {
    case 'l':
      room.dialog = 'activity';
      return true;
    case 'n':
      nameBeside(grid, row, event.shiftKey);
      return true;
    case 'p':
      room.presenting = room.snap.me !== null && !room.presenting;
      return true;
    case '.':
      void popup(grid, row, 'menu');
      return true;
  }
  if (m === undefined) {
    if (event.key !== 'Enter') return false;
    grid.toggle(row);
    return true;
  }
  switch (event.key.toLowerCase()) {
    case 's':
      editing.open(row, 'status');
      return true;
    case 'd':
      editing.open(row, 'due');
      return true;
    case 'o':
      editing.open(row, room.mySide === 'seller' ? 'seller_owner' : 'buyer_owner');
      return true;
    case 'c':
      room.openPanel(row, 'comments');
      return true;
    case 'e':
    case 'enter':
      room.openPanel(row);
      return true;
    case 'x':
      toggleDone(grid, m);
      return true;
    case 'backspace':
    case 'delete':
      remove(grid, m);
      return true;
    case 'm':
      if (grid.editable) void popup(grid, row, 'move');
      return true;
    default:
      return false;
  }
}

// The button has the focus first: where it is when the popup closes.
async function popup(grid: Grid, id: string, kind: 'menu' | 'move'): Promise<void> {
  await grid.focus({ row: id, col: 'more', want: 'more' });
  // A phase has a menu for editors only.
  if (document.activeElement === grid.place({ row: id, col: 'more', want: 'more' })) grid.menu = { id, kind };
}
