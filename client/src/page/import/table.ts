import { newId } from '../ids';

/** Fault is what is wrong in a cell, as a spreadsheet counts. */
export interface Fault {
  readonly row: number;
  /** column is the words over it. */
  readonly column?: string;
  readonly field: string;
  readonly message: string;
}

/** Preview is a table as it would be imported. */
export interface Preview {
  readonly header: readonly string[];
  readonly columns: Readonly<Record<string, number>>;
  readonly date_order: 'dmy' | 'mdy';
  readonly date_order_certain: boolean;
  readonly rows: number;
  readonly sample: readonly (readonly string[])[];
  readonly faults: readonly Fault[];
}

/** Options say how a table is read; what is left out is guessed. */
export interface Options {
  readonly columns?: Readonly<Record<string, number>>;
  readonly date_order?: 'dmy' | 'mdy';
  readonly owner_side: 'seller' | 'buyer';
  readonly skip: readonly number[];
}

/** GUESS leaves everything to the server: owners nobody knows are the customer's, as in its rules. */
export const GUESS: Options = { owner_side: 'buyer', skip: [] };

/** FIELDS are what a column can be, in the words of the page. */
export const FIELDS: readonly (readonly [field: string, words: string])[] = [
  ['title', 'Milestone'],
  ['phase', 'Phase'],
  ['due', 'Due date'],
  ['status', 'Status'],
  ['owner', 'Owner'],
  ['seller_owner', 'Owner at {seller}'],
  ['buyer_owner', 'Owner at {buyer}'],
  ['description', 'Notes'],
];

/** assign makes a column a field, or nothing for ''; a field has one column. */
export function assign(
  columns: Readonly<Record<string, number>>,
  column: number,
  field: string,
): Readonly<Record<string, number>> {
  const kept = Object.entries(columns).filter(([f, c]) => c !== column && f !== field);
  return Object.fromEntries(field === '' ? kept : [...kept, [field, column]]);
}

/** fieldOf is what a column is, '' for one that is left out. */
export function fieldOf(columns: Readonly<Record<string, number>>, column: number): string {
  return Object.entries(columns).find(([, c]) => c === column)?.[0] ?? '';
}

/** rowsOf are the rows at fault, from the top. */
export function rowsOf(faults: readonly Fault[]): readonly number[] {
  return [...new Set(faults.map((f) => f.row))].sort((a, b) => a - b);
}

/** Sent is an upload under a name of its own: sent again, it is imported once. */
export interface Sent {
  readonly client: string;
  readonly of: string;
}

/** named gives an upload its name: the one before while nothing about it changed. */
export function named(before: Sent | null, file: File, options: Options): Sent {
  const of = JSON.stringify([file.name, file.size, file.lastModified, options]);
  return before?.of === of ? before : { client: newId(), of };
}

/** formOf is the upload of a file and how it is read. */
export function formOf(file: File, options: Options, client?: string): FormData {
  const form = new FormData();
  form.append('file', file);
  form.append('options', JSON.stringify(client === undefined ? options : { ...options, client }));
  return form;
}
