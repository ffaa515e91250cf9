import './embed.css';
import { mount, tick, unmount } from 'svelte';
import type { Config, ToFrame } from '../../embed/src/messages';
import type { Boot, RoomClient } from '../connection/room-client';
import type { RoomSession } from '../connection/session';
import type { Address } from '../page/address/address.svelte';
import { TABS, type Tab } from '../page/address/place';
import type { Room } from '../page/room.svelte';
import Badge from './badge.svelte';
import Before from './before.svelte';
import { Teller } from './events';
import Foot from './foot.svelte';
import { FramedRoom } from './framed-room.svelte';
import { followSeen, tellHeight } from './height';
import { wear } from './look';
import { meet, type Port } from './port';
import { Vouched } from './session';
import { Standing } from './standing.svelte';
import { openWindow } from './window';

/** Parts are what the page is made of, wherever it is shown. */
export interface Parts {
  readonly boot: Boot;
  readonly target: HTMLElement;
  readonly connect: (session: RoomSession) => RoomClient;
  readonly show: (room: Room) => void;
  readonly Address: typeof Address;
}

/** embed shows the room in a frame, once the page around has said who looks at it. */
export async function embed(parts: Parts): Promise<void> {
  const { boot, target } = parts;
  document.documentElement.dataset.embed = 'fixed';
  if (window.parent === window)
    return say(target, 'This page is for being shown in another site.', boot.room);
  const standing = new Standing();
  const place = document.createElement('div');
  target.before(place);
  let again = (): void => undefined;
  mount(Before, { target: place, props: { standing, href: `/r/${boot.room}`, again: () => again() } });
  const silent = setTimeout(() => (standing.before = 'silent'), SILENT_MS);
  const port = await meet(boot.embed?.origins ?? [], () => {
    clearTimeout(silent);
    place.remove();
    say(target, "This page isn't allowed to show this room.");
  });
  clearTimeout(silent);
  standing.before = 'loading';
  target.textContent = '';
  const frame = new Frame(parts, port, standing);
  again = () => frame.resume();
  frame.start();
}

// A page that brings no port for so long has no script that would.
const SILENT_MS = 8_000;

// say shows one sentence and, where there is more to see, the way to it.
function say(target: HTMLElement, text: string, room?: string): void {
  target.textContent = text;
  if (room === undefined) return;
  const link = document.createElement('a');
  link.href = `/r/${room}`;
  link.textContent = 'Open the room';
  target.append(' ', link);
}

/** Frame is a room in a frame and the page around it. */
class Frame {
  readonly #parts: Parts;
  readonly #port: Port;
  readonly #session: Vouched;
  readonly #client: RoomClient;
  readonly #room: FramedRoom;
  readonly #teller = new Teller();
  readonly #standing: Standing;
  #config: Config | null = null;
  #view = '';
  #shown: 'nothing' | 'room' | 'badge' = 'nothing';
  #badge: Record<string, unknown> | null = null;
  #place = '';

  constructor(parts: Parts, port: Port, standing: Standing) {
    this.#parts = parts;
    this.#port = port;
    this.#standing = standing;
    this.#session = new Vouched({
      room: parts.boot.room,
      parent: port.parent,
      fetch: globalThis.fetch.bind(globalThis),
      ask: () => {
        port.emit('auth.required', {});
        port.send({ type: 'token.request' });
      },
      expired: (now) => this.#expire(now),
      failed: (code, message) => port.emit('error', { code, message }),
    });
    // A frame's steps are not those of the page around: its history is the page's.
    history.pushState = () => undefined;
    history.replaceState = () => undefined;
    this.#client = parts.connect(this.#session);
    this.#room = new FramedRoom(this.#client, new parts.Address('plan'));
  }

  start(): void {
    this.#port.hear((message) => this.#hear(message));
    this.#client.subscribe(() => this.#changed());
    const foot = document.createElement('div');
    this.#parts.target.after(foot);
    const { room } = this.#parts.boot;
    const less = (): boolean => ['view', 'comment'].includes(this.#room.mode);
    mount(Foot, {
      target: foot,
      props: {
        href: `/r/${room}`,
        standing: this.#standing,
        resume: () => this.resume(),
        open: () => void openWindow(this.#session, room, less()),
      },
    });
    tellHeight(document.body, this.#port);
    this.#client.start();
  }

  /** resume asks the page around again who somebody is. */
  resume(): void {
    if (this.#standing.before !== null) this.#standing.before = 'loading';
    this.#session.resume();
  }

  #hear(message: ToFrame): void {
    switch (message.type) {
      case 'config':
        return this.#configure(message.config);
      case 'token':
        return this.#session.take(message.token);
      case 'token.failed':
        return this.#session.take(null);
      case 'refresh':
        return this.#session.resume();
      case 'view':
        return this.#go(message.view);
      case 'focus':
        return this.#room.openPanel(message.id);
      case 'seen':
        return followSeen(message.top, message.height);
    }
  }

  #configure(config: Config): void {
    const view = this.#config?.view;
    this.#config = config;
    this.#room.mode = config.mode;
    wear(config, this.#port);
    if (view !== config.view) this.#go(config.view);
    this.#changed();
  }

  #go(view: string): void {
    this.#view = view;
    if (isTab(view)) this.#room.address.go(view);
    if (this.#shown !== 'nothing') this.#draw();
  }

  // changed shows what has come, and tells the page what of it is news.
  #changed(): void {
    const snap = this.#client.snapshot();
    const { state } = snap.conn;
    const stopped = state === 'stopped';
    this.#standing.away = state === 'offline';
    if (this.#standing.before === 'loading' && state === 'offline') this.#standing.before = 'offline';
    if (this.#standing.before === 'offline' && state !== 'offline') this.#standing.before = 'loading';
    if (this.#config === null || (snap.view.room === null && !stopped)) return;
    const first = this.#shown === 'nothing';
    if (first) this.#draw();
    if (first && !stopped) this.#port.emit('ready', { view: this.#view || this.#room.address.tab });
    if (first && stopped)
      this.#port.emit('error', { code: snap.conn.why ?? 'gone', message: 'The room cannot be shown.' });
    for (const { name, detail } of this.#teller.since(snap)) this.#port.emit(name, detail);
    this.#tellPlace();
  }

  #tellPlace(): void {
    const { tab, panel } = this.#room.address;
    const place = `${tab} ${panel?.id ?? ''}`;
    if (this.#place !== '' && place !== this.#place)
      this.#port.emit('navigate', { view: tab, milestone: panel?.id ?? null });
    this.#place = place;
  }

  #draw(): void {
    const badge = this.#view === 'badge';
    const { target } = this.#parts;
    this.#standing.before = null;
    if (badge === (this.#badge !== null) && this.#shown !== 'nothing') return;
    if (badge) {
      // The room's page cannot be taken apart again: behind a badge it waits, unseen.
      target.hidden = true;
      const place = document.createElement('div');
      target.after(place);
      this.#badge = mount(Badge, { target: place, props: { room: this.#room } });
      if (this.#shown === 'nothing') this.#shown = 'badge';
      return;
    }
    if (this.#badge !== null) void unmount(this.#badge);
    this.#badge = null;
    target.hidden = false;
    if (this.#shown !== 'room') this.#parts.show(this.#room);
    this.#shown = 'room';
    // The page's own switch of colours has had its turn.
    void tick().then(() => this.#config !== null && wear(this.#config, this.#port));
  }

  // What was typed stays where it is; nothing can be changed until there is a session again.
  #expire(now: boolean): void {
    if (now === this.#standing.ended) return;
    this.#standing.ended = now;
    if (this.#standing.before !== null) this.#standing.before = now ? 'refused' : 'loading';
    this.#parts.target.inert = now;
    if (now) this.#port.emit('auth.expired', {});
  }
}

function isTab(view: string): view is Tab {
  return TABS.some((tab) => tab === view);
}
