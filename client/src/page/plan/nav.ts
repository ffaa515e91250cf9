// Where the keys of the grid lead. Pure: rows and columns in, a place out.

/** COLUMNS are the grid's columns from start to end. */
export const COLUMNS = [
  'move',
  'status',
  'title',
  'buyer_owner',
  'seller_owner',
  'due',
  'tminus',
  'notes',
  'more',
] as const;

/** Column is a column of the grid. */
export type Column = (typeof COLUMNS)[number];

/** NavRow is a row as the keys see it: its columns that can be gone to. */
export interface NavRow {
  readonly id: string;
  readonly cols: readonly Column[];
  /** cellsOnly rows have no row mode: focus goes to their cell. */
  readonly cellsOnly?: boolean;
}

/** Stop is the one place of the grid that has the focus. */
export interface Stop {
  readonly row: string;
  /** col is null in row mode. */
  readonly col: Column | null;
  /** want is the column to come back to after a row that does not have it. */
  readonly want: Column | null;
}

/** PAGE is how many rows the Page keys go. */
export const PAGE = 10;

/** Move is where a key leads, whatever the direction of the script. */
export type Move =
  | 'up'
  | 'down'
  | 'next'
  | 'prev'
  | 'first'
  | 'last'
  | 'top'
  | 'bottom'
  | 'pageup'
  | 'pagedown';

interface Key {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** moveOf reads a key. Arrows are visual: in a script that runs to the left, left is next. */
export function moveOf(event: Key, rtl: boolean): Move | null {
  if (event.altKey || event.shiftKey) return null;
  const ctrl = event.ctrlKey || event.metaKey;
  switch (event.key) {
    case 'Home':
      return ctrl ? 'top' : 'first';
    case 'End':
      return ctrl ? 'bottom' : 'last';
  }
  if (ctrl) return null;
  switch (event.key) {
    case 'ArrowUp':
      return 'up';
    case 'ArrowDown':
      return 'down';
    case 'ArrowRight':
      return rtl ? 'prev' : 'next';
    case 'ArrowLeft':
      return rtl ? 'next' : 'prev';
    case 'PageUp':
      return 'pageup';
    case 'PageDown':
      return 'pagedown';
    default:
      return null;
  }
}

/** go returns where a move leads from a stop, or null where it leads nowhere. */
export function go(rows: readonly NavRow[], at: Stop, move: Move): Stop | null {
  const index = rows.findIndex((row) => row.id === at.row);
  if (index < 0) return null;
  switch (move) {
    case 'up':
      return toRow(rows, index - 1, at.want);
    case 'down':
      return toRow(rows, index + 1, at.want);
    case 'pageup':
      return index === 0 ? null : toRow(rows, Math.max(0, index - PAGE), at.want);
    case 'pagedown':
      return index === rows.length - 1 ? null : toRow(rows, Math.min(rows.length - 1, index + PAGE), at.want);
    case 'top':
      return toRow(rows, 0, at.want === null ? null : 'move');
    case 'bottom':
      return toRow(rows, rows.length - 1, at.want === null ? null : 'more');
    default:
      return along(rows, index, at, move);
  }
}

function along(rows: readonly NavRow[], index: number, at: Stop, move: Move): Stop | null {
  const row = rows[index];
  if (row === undefined) return null;
  const cols = row.cols;
  if (at.col === null) {
    if (move === 'next') return toCol(row, cols[0]);
    if (move === 'first') return toRow(rows, 0, null);
    if (move === 'last') return toRow(rows, rows.length - 1, null);
    return null;
  }
  const here = cols.indexOf(at.col);
  if (move === 'first') return toCol(row, cols[0]);
  if (move === 'last') return toCol(row, cols[cols.length - 1]);
  if (move === 'next') return toCol(row, cols[here + 1]);
  // Before the first cell is the row itself.
  if (here === 0) return row.cellsOnly ? null : { row: row.id, col: null, want: null };
  return toCol(row, cols[here - 1]);
}

function toCol(row: NavRow, col: Column | undefined): Stop | null {
  return col === undefined ? null : { row: row.id, col, want: col };
}

function toRow(rows: readonly NavRow[], index: number, want: Column | null): Stop | null {
  const row = rows[index];
  if (row === undefined) return null;
  return { row: row.id, col: land(row, want), want };
}

/** land is the column of a row that comes nearest to the wanted one. */
export function land(row: NavRow, want: Column | null): Column | null {
  if (want === null) return row.cellsOnly ? (row.cols[0] ?? null) : null;
  if (row.cols.includes(want)) return want;
  const at = COLUMNS.indexOf(want);
  return row.cols.findLast((col) => COLUMNS.indexOf(col) <= at) ?? row.cols[0] ?? null;
}

/**
 * afterRemoval is where the focus goes when its row is gone: the same column of
 * the row that was next and still is there, else of the one before, else null.
 */
export function afterRemoval(
  before: readonly NavRow[],
  now: readonly NavRow[],
  at: Stop,
  prefer: (row: NavRow) => boolean,
): Stop | null {
  const index = before.findIndex((row) => row.id === at.row);
  const left = new Map(now.map((row) => [row.id, row]));
  const next = before.slice(index + 1).map((row) => left.get(row.id));
  const earlier = before.slice(0, Math.max(index, 0)).reverse();
  const prev = earlier.map((row) => left.get(row.id));
  // Within its own phase first: the next milestone, the one before, then the phase's head.
  const row =
    first(next, prefer) ?? first(prev, prefer) ?? prev.find(Boolean) ?? next.find(Boolean) ?? now[0];
  return row === undefined ? null : { row: row.id, col: land(row, at.want), want: at.want };
}

function first(rows: readonly (NavRow | undefined)[], prefer: (row: NavRow) => boolean): NavRow | undefined {
  return rows.find((row) => row !== undefined && prefer(row));
}
