import { getContext, setContext } from 'svelte';
import type { Notice, RoomClient, RoomSnapshot } from '../connection/room-client';
import { formatDay } from '../replica/dates';
import type { Access, Op, Side, Stream } from '../replica/types';
import type { CompanySide, MilestoneView, PlanView } from '../replica/view-types';
import type { Address, OpenPanel, PanelPart } from './address/address.svelte';
import type { Filter } from './filters';
import { colours } from './people';

/** Toast is the one message at the foot of the page. */
export interface Toast {
  readonly id: number;
  readonly text: string;
  /** undo takes back what the toast is about; null for none. */
  readonly undo: (() => void) | null;
}

/** Moving is a date that somebody is about to change, and is asked about first. */
export interface Moving {
  readonly id: string;
  /** due is the new date, null where it is not chosen yet. */
  readonly due: string | null;
  /** propose: to suggest it to the other side, rather than to set it. */
  readonly propose?: boolean;
  /** answer: to say yes or no to the date that is proposed. */
  readonly answer?: boolean;
}

/** More is the menu of the room and the dialogs it leads to. */
export type More = 'menu' | 'import' | 'templates' | 'save' | 'days';

/** LOCALE is the language that dates and numbers are written in: the one that a site asks for, or the browser's. */
export const LOCALE = asked() ?? navigator.language;

function asked(): string | null {
  try {
    return new Intl.Locale(new URLSearchParams(location.search).get('lang') ?? '').baseName;
  } catch {
    return null;
  }
}

const RANK: readonly Access[] = ['viewer', 'commenter', 'contributor', 'editor', 'owner'];

/** Room is what every component of the page works with: the room's client and what the page itself remembers. */
export class Room {
  readonly client: RoomClient;
  readonly address: Address;
  #snap = $state.raw<RoomSnapshot>(undefined as unknown as RoomSnapshot);
  toast: Toast | null = $state.raw(null);
  /** asking holds what waits for a name: the first write of somebody without one. */
  asking: { readonly go: () => void } | null = $state.raw(null);
  /** dialog is the one modal that is open. */
  dialog: 'share' | 'keys' | 'removed' | 'activity' | 'agreement' | 'steps' | null = $state(null);
  /** moving is the date that the dialog asks about. */
  moving: Moving | null = $state.raw(null);
  /** more is the menu of the room, or what it led to. */
  more: More | null = $state(null);
  /** presenting: this person leads the others through the plan. */
  presenting = $state(false);
  #toasts = 0;

  constructor(client: RoomClient, address: Address) {
    this.client = client;
    this.address = address;
    this.#snap = client.snapshot();
    client.subscribe(() => {
      this.#snap = client.snapshot();
    });
  }

  /** snap is what the client shows now. */
  get snap(): RoomSnapshot {
    return this.#snap;
  }

  /** colours maps every participant to an avatar colour, 1 to 8. */
  readonly colours = $derived.by(() => colours(this.#snap.view.people));

  /** day writes a day for people, short: "22 Oct". */
  day(day: string): string {
    return formatDay(day, LOCALE, 'short', this.view.today);
  }

  /** weekDay writes a day that asks somebody to act: "Thu 22 Oct". */
  weekDay(day: string): string {
    return formatDay(day, LOCALE, 'week', this.view.today);
  }

  /** longDay writes a day with its weekday: "Thu 22 Oct 2026". */
  longDay(day: string): string {
    return formatDay(day, LOCALE, 'long', this.view.today);
  }

  get view(): PlanView {
    return this.snap.view;
  }

  /**
   * may reports whether this person's access includes access. Somebody who can still give a name is asked first.
   * An archived room is only read; what owners do beside its plan goes on.
   */
  may(access: Access): boolean {
    if (this.archived && access !== 'owner') return false;
    const me = this.snap.me;
    const have = me?.access ?? this.promised;
    return have !== null && RANK.indexOf(have) >= RANK.indexOf(access);
  }

  /** archived says that the work is over: nobody changes the plan until somebody opens it again. */
  get archived(): boolean {
    return this.view.room?.status === 'archived';
  }

  /** promised is what a link gives to whoever says who they are; null for watchers. */
  promised: Access | null = $state(null);
  /** promisedSide is whom they will speak for. */
  promisedSide: Side | null = $state(null);

  /** mySide is the company this page speaks for, null for a watcher or a partner. */
  get mySide(): CompanySide | null {
    const side = this.snap.me?.side;
    return side === 'seller' || side === 'buyer' ? side : null;
  }

  /** myStream is the private stream of one's own side. */
  get myStream(): Stream | null {
    return this.mySide;
  }

  /** company names a side as people do. */
  company(side: string): string {
    const room = this.view.room;
    if (side === 'seller') return room?.seller_company ?? '';
    if (side === 'buyer') return room?.buyer_company ?? '';
    return 'Partner';
  }

  /** actor names who did something; null is the workspace itself. */
  actor(id: string | null): string {
    if (id === null) return this.company('seller');
    return this.view.people.get(id)?.name ?? 'Somebody';
  }

  /** propose sends an op, after asking for a name where there is none yet. */
  propose(stream: Stream, op: Op | readonly Op[]): void {
    this.named(() => this.client.propose(stream, op));
  }

  /** named runs go at once, or when a name has been given. */
  named(go: () => void): void {
    if (this.snap.me !== null) go();
    else this.asking = { go };
  }

  /** update sets fields of a milestone. */
  update(milestone: MilestoneView, set: Record<string, string | number | boolean | null>): void {
    this.propose(milestone.stream, { kind: 'milestone.update', id: milestone.id, set });
  }

  /** ask opens the dialog of a date once the focus is back where it will return to. */
  ask(moving: Moving): void {
    setTimeout(() => {
      this.moving = moving;
    });
  }

  /** otherSide is the company across the table, null for who speaks for neither. */
  get otherSide(): CompanySide | null {
    if (this.mySide === null) return null;
    return this.mySide === 'seller' ? 'buyer' : 'seller';
  }

  /** act sends an op and offers the way back. */
  act(stream: Stream, op: Op | readonly Op[], text: string): void {
    this.named(() => {
      const key = this.client.propose(stream, op);
      if (key !== null) this.show(text, () => this.client.takeBack(key));
    });
  }

  show(text: string, undo: (() => void) | null = null): void {
    this.#toasts += 1;
    this.toast = { id: this.#toasts, text, undo };
  }

  /** noticesOf returns what is to be said about a field of a record. */
  noticesOf(record: string, field: string): readonly Notice[] {
    return this.snap.notices.filter((n) => n.record === record && n.field === field);
  }

  /** filter is which milestones the plan shows. */
  get filter(): Filter {
    return this.address.filter;
  }

  set filter(filter: Filter) {
    this.address.filter = filter;
  }

  /** open is the milestone whose panel is open. */
  get open(): OpenPanel | null {
    return this.address.panel;
  }

  /** opening: something is open over the page, or about to be. */
  get opening(): boolean {
    const { open, dialog, moving, more, asking } = this;
    return [open, dialog, moving, more, asking].some((one) => one !== null);
  }

  /** closeAll closes what is open over the page, or about to be. */
  closeAll(): void {
    this.address.close();
    this.dialog = this.moving = this.more = this.asking = null;
  }

  openPanel(id: string, part: PanelPart = 'details'): void {
    this.address.open({ id, part });
  }
}

const KEY = Symbol('room');

export function provideRoom(room: Room): void {
  setContext(KEY, room);
}

/** useRoom returns the room of the page a component is in. */
export function useRoom(): Room {
  return getContext<Room>(KEY);
}
