import type { Notice } from '../../connection/room-client';
import type { DateInput } from '../../replica/date-input';
import type { Value } from '../../replica/types';
import type { CompanySide, MilestoneView, Status } from '../../replica/view-types';
import { changeDue } from '../change-due';
import { LOCALE } from '../room.svelte';
import { STATUS_WORDS } from '../status';
import { Edit, type EditField, heldValue } from './edit.svelte';
import type { Grid } from './grid.svelte';
import { roleOwner, statusOp } from './ops';

// The others see a ring no longer than this after the last key.
const RING_MS = 60_000;

/** FIELD_WORDS names fields in a sentence. */
export const FIELD_WORDS: Readonly<Record<string, string>> = {
  status: 'status',
  title: 'title',
  buyer_owner: 'owner',
  seller_owner: 'owner',
  due: 'due date',
};

/** Editing opens, saves and closes the one editor of the grid. */
export class Editing {
  readonly #grid: Grid;
  edit: Edit | null = $state.raw(null);
  #ring: ReturnType<typeof setTimeout> | undefined;

  constructor(grid: Grid) {
    this.#grid = grid;
  }

  /** waiting: an editor is open whose file has not arrived; keys still go to the grid. */
  get waiting(): boolean {
    return this.edit !== null && this.#grid.tools === null;
  }

  is(id: string, field: string): boolean {
    return this.edit?.id === id && this.edit.field === field;
  }

  /** may reports whether this person may edit the field. */
  may(field: EditField): boolean {
    return this.#grid.editable || (field === 'status' && this.#grid.completes);
  }

  /** open opens the editor of a field; text replaces what is in it. */
  open(id: string, field: EditField, text?: string): void {
    const m = this.#grid.milestone(id);
    if (m === undefined || !this.may(field) || this.is(id, field)) return;
    if (!this.save()) return;
    this.#grid.note(id, field);
    const edit = new Edit(m, field, this.#initial(m, field));
    if (text !== undefined) edit.type(text);
    this.edit = edit;
    this.tell();
  }

  type(text: string): void {
    this.edit?.type(text);
    this.tell();
  }

  /** save saves what was typed and closes; false keeps the editor open, with the reason in it. */
  save(): boolean {
    const { edit } = this;
    if (edit === null) return true;
    const m = this.#grid.milestone(edit.id);
    if (m === undefined) return false;
    if (edit.touched && (edit.field === 'title' || edit.field === 'due')) {
      const value = edit.field === 'due' ? this.date(edit.text) : titleOf(edit.text);
      if (!value.ok) {
        edit.error = value.message;
        return false;
      }
      if (edit.field === 'due') changeDue(this.#grid.room, m, value.day);
      else if (value.day !== m.title) this.#grid.room.update(m, { title: value.day });
    }
    this.close();
    return true;
  }

  /** close closes without saving. */
  close(): void {
    if (this.edit === null) return;
    this.edit = null;
    clearTimeout(this.#ring);
    this.#grid.room.client.setPresence({ focus: null, editing: false, draft: '' });
  }

  /** cancel closes and gives the keys back to the grid. */
  cancel(): void {
    this.close();
    void this.#grid.refocus();
  }

  /** leave saves because the focus went elsewhere; an open question is not answered by that. */
  leave(): void {
    if (this.edit === null || this.conflict !== null) return;
    if (!document.hasFocus()) return; // the window lost it, not the cell
    this.save();
  }

  /** conflict is what somebody else made of the field while it was typed in; null when there is none. */
  get conflict(): { readonly theirs: string | null; readonly by: string | null } | null {
    const { edit } = this;
    const m = edit === null ? undefined : this.#grid.milestone(edit.id);
    if (edit === null || m === undefined || !edit.touched) return null;
    const theirs = heldValue(m, edit.field);
    return theirs === edit.base ? null : { theirs, by: this.author(edit.id, edit.field) };
  }

  /** follow takes a remote value into an editor in which nothing was typed. */
  follow(): void {
    const { edit } = this;
    const m = edit === null ? undefined : this.#grid.milestone(edit.id);
    if (edit === null || m === undefined) return;
    edit.last = m;
    if (edit.touched || heldValue(m, edit.field) === edit.base) return;
    edit.base = heldValue(m, edit.field);
    edit.text = this.#initial(m, edit.field);
  }

  /** author names who set a field last; null when the activity does not say. */
  author(id: string, field: string): string | null {
    const { snap } = this.#grid.room;
    const item = snap.activity.find((a) => a.changes.some((c) => c.id === id && field in c.set));
    return item === undefined || item.by === (snap.me?.id ?? '') ? null : this.#grid.room.actor(item.by);
  }

  date(text: string): DateInput {
    const { tools, room } = this.#grid;
    // Asked for from an editor, which comes in the same file.
    if (tools === null) return { ok: false, message: 'One moment…' };
    const { view } = room;
    return tools.parseDate(text, { locale: LOCALE, today: view.today, goLive: view.room?.go_live ?? null });
  }

  setStatus(m: MilestoneView, status: Status, override?: string): void {
    const op = statusOp(m, status, override);
    this.close();
    if (op !== null) this.#grid.room.propose(m.stream, op);
    void this.#grid.refocus();
  }

  setOwner(m: MilestoneView, side: CompanySide, owner: string | null): void {
    this.close();
    if ((m.owners[side]?.id ?? null) !== owner) this.#grid.room.update(m, { [`${side}_owner`]: owner });
    void this.#grid.refocus();
  }

  setRole(m: MilestoneView, side: CompanySide, label: string): void {
    this.close();
    const { room } = this.#grid;
    room.named(() => {
      for (const { stream, ops } of roleOwner(m, side, label)) room.client.propose(stream, ops);
    });
    void this.#grid.refocus();
  }

  /** words are a value of a field as people read it. */
  words(field: string, value: Value): string {
    const { room } = this.#grid;
    if (value === null || value === '') return 'empty';
    if (typeof value !== 'string') return String(value);
    if (field === 'due') return room.day(value);
    if (field === 'status') return STATUS_WORDS[value as Status] ?? value;
    if (field.endsWith('_owner')) {
      return room.view.people.get(value)?.name ?? room.view.roleSlots.get(value)?.label ?? 'somebody';
    }
    return value;
  }

  /** again reopens the editor with what was refused. */
  again(notice: Notice): void {
    const { field, record, mine } = notice;
    this.#grid.room.client.dismiss(notice.id);
    if (field === 'title' || field === 'due') {
      this.open(
        record,
        field,
        typeof mine !== 'string' ? '' : field === 'due' ? this.words(field, mine) : mine,
      );
    } else if (field === 'status' || field === 'buyer_owner' || field === 'seller_owner') {
      this.open(record, field);
    }
  }

  /** putBack sets what somebody else replaced. */
  putBack(notice: Notice): void {
    const m = this.#grid.milestone(notice.record);
    this.#grid.room.client.dismiss(notice.id);
    if (m === undefined) return;
    const op = notice.field === 'status' ? statusOp(m, notice.mine as Status) : null;
    if (op !== null) this.#grid.room.propose(m.stream, op);
    else if (notice.field === 'due') changeDue(this.#grid.room, m, notice.mine as string | null);
    else if (notice.field !== 'status') {
      this.#grid.room.propose(m.stream, {
        kind: 'milestone.update',
        id: m.id,
        set: { [notice.field]: notice.mine },
      });
    }
  }

  /** tell shows the others what is edited and typed. */
  tell(): void {
    const { edit } = this;
    if (edit === null) return;
    const { client } = this.#grid.room;
    const focus = { entity: 'milestone', id: edit.id, field: edit.field } as const;
    client.setPresence({ focus, editing: true, draft: edit.touched ? edit.text : '' });
    clearTimeout(this.#ring);
    this.#ring = setTimeout(() => client.setPresence({ editing: false, draft: '' }), RING_MS);
  }

  stop(): void {
    this.close();
  }

  #initial(m: MilestoneView, field: EditField): string {
    if (field === 'title') return m.title;
    if (field === 'due') return m.due === null ? '' : this.#grid.room.day(m.due);
    return '';
  }
}

function titleOf(text: string): DateInput {
  const title = text.replace(/\s+/g, ' ').trim();
  return title === '' ? { ok: false, message: 'A milestone needs a title.' } : { ok: true, day: title };
}
