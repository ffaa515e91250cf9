import type { PresenceFrame, ServerFrame, StreamEntry, WelcomeFrame } from '../replica/frames';
import { canRedo, canUndo } from '../replica/history';
import type { Effect, Notice, Replica, ReplicaEvent } from '../replica/model';
import { create, hello, reduce } from '../replica/replica';
import { unsent } from '../replica/saved';
import { type Predict, show } from '../replica/shown';
import type { Commit, Me, Op, Stream } from '../replica/types';
import { Viewer } from '../replica/view';
import type { PersonView } from '../replica/view-types';
import { Activity } from './activity';
import { Clock } from './clock';
import { refuseHere } from './limits';
import { addNotice, dropNotice, settleNotices } from './notices';
import { fromCache, mark, onPage } from './page';
import { newClient, PendingStore } from './pending';
import { foldPresence, type Here, NOBODY, OwnPresence } from './presence';
import { type Authorized, type RoomSession, Session } from './session';
import { Socket } from './socket';
import { openStore } from './storage';
import type { Conn, JoinResult, PresenceChange, RoomClientOptions, RoomSnapshot } from './types';

export type {
  ActivityItem,
  Boot,
  Conn,
  ConnState,
  JoinResult,
  Notice,
  PresenceChange,
  RoomClientOptions,
  RoomSnapshot,
  StopReason,
} from './types';

// How often the page looks whether another day has begun in the room.
const DAY_CHECK_MS = 30_000;
// Between two attempts to fetch a snapshot.
const FETCH_RETRY_MS = 1_000;

/** RoomClient is one room in this tab: what it shows, and the way to change it. */
export class RoomClient {
  readonly #options: RoomClientOptions;
  readonly #session: RoomSession;
  readonly #socket: Socket;
  readonly #pending: PendingStore;
  readonly #presence: OwnPresence;
  readonly #activity: Activity;
  readonly #clock: Clock;
  readonly #viewer = new Viewer();
  readonly #listeners = new Set<() => void>();
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #replica: Replica;
  #predict: Predict | null = null;
  #conn: Omit<Conn, 'queued'> = { state: 'reconnecting', wasLive: false };
  #here: Here = NOBODY;
  /** own is this page's session, as the others see it. */
  #own = '';
  #notices: readonly Notice[] = [];
  #running = false;
  /** claimed: this tab's storage is ours to write. */
  #claimed = false;
  /** parked: the page was left and may be brought back as it was. */
  #parked = false;
  readonly #ends: (() => void)[] = [];
  #snapshot: RoomSnapshot | null = null;
  #shown: { readonly replica: Replica; readonly result: ReturnType<typeof show> } | null = null;
  /** telling: the listeners will be called at the end of this task. */
  #telling = false;

  constructor(options: RoomClientOptions) {
    const { boot, token } = options;
    const http = options.fetch ?? globalThis.fetch.bind(globalThis);
    this.#options = options;
    this.#replica = create(newClient(), boot.me, boot.streams);
    this.#clock = new Clock(options.now ?? Date.now);
    this.#clock.set(boot.now);
    this.#pending = new PendingStore(openStore('sessionStorage'), boot.room);
    this.#session =
      options.session ?? new Session({ boot, token, fetch: http, store: openStore('localStorage') });
    this.#activity = new Activity(boot.activity, (...page) => this.#fetchCommits(...page));
    this.#presence = new OwnPresence((frame) => this.#socket.send(frame));
    this.#socket = new Socket({
      url: liveUrl(boot.room),
      WebSocket: options.WebSocket ?? globalThis.WebSocket,
      random: Math.random,
      authorize: () => this.#session.authorize(),
      unauthorized: () => this.#session.forget(),
      verify: () => this.#verify(),
      hello: () => hello(this.#replica, this.#session.token),
      frame: (frame) => this.#receive(frame),
      closed: () => this.#closed(),
      standing: (state, why) => this.#stands({ state, ...(why === undefined ? {} : { why }) }),
    });
  }

  /** start opens the connection; stop ends everything that start began. */
  start(): void {
    if (this.#running) return;
    const { notice } = this.#options.boot;
    if (notice !== null) return this.#stands({ state: 'stopped', why: notice.kind });
    this.#running = true;
    this.#foresee();
    this.#ends.push(
      onPage('pagehide', () => this.#park()),
      onPage('pageshow', (event) => (fromCache(event) ? void this.#unpark() : undefined)),
    );
    this.#watchDay();
    void this.#begin();
  }

  stop(): void {
    this.#running = false;
    for (const end of this.#ends.splice(0)) end();
    this.#socket.stop();
    this.#presence.closed();
    this.#pending.release();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  /** subscribe calls fn after every change, at most once per task, and returns what ends that. */
  subscribe(fn: () => void): () => void {
    this.#listeners.add(fn);
    return () => this.#listeners.delete(fn);
  }

  /** snapshot is what to show now; the same object until something changes. */
  snapshot(): RoomSnapshot {
    this.#snapshot ??= this.#makeSnapshot();
    return this.#snapshot;
  }

  /**
   * propose shows an op at once and sends it; several ops are one atomic group.
   * It returns a key for takeBack, null when the op was refused here.
   */
  propose(stream: Stream, op: Op | readonly Op[]): number | null {
    const group = isList(op);
    const ops = group ? op : [op];
    const refusal = refuseHere(stream, ops, group, this.#replica.pending.length);
    if (refusal !== null) {
      this.#setNotices(addNotice(this.#notices, refusal));
      return null;
    }
    this.#foresee();
    this.#setNotices(settleNotices(this.#notices, ops));
    this.#dispatch({ kind: 'propose', stream, ops, group, at: this.#clock.now() });
    return this.#replica.pending.at(-1)?.key ?? null;
  }

  /** takeBack undoes one op of this tab, by the key that propose returned. */
  takeBack(key: number): void {
    this.#dispatch({ kind: 'takeBack', key, at: this.#clock.now() });
  }

  /** undo takes back this tab's last op; redo brings back what undo took. */
  undo(): void {
    this.#dispatch({ kind: 'undo', at: this.#clock.now() });
  }

  redo(): void {
    this.#dispatch({ kind: 'redo', at: this.#clock.now() });
  }

  /** setPresence tells the others where this person is and what they type. */
  setPresence(change: PresenceChange): void {
    this.#presence.change(change);
  }

  /** dismiss takes a notice away. */
  dismiss(notice: string): void {
    this.#setNotices(dropNotice(this.#notices, notice));
  }

  /** reconnectNow ends a wait between two attempts. */
  reconnectNow(): void {
    this.#socket.reconnectNow();
  }

  /** join gives this page a name in the room, and with it the right to write. */
  async join(who: { name: string; email?: string }): Promise<JoinResult> {
    const { me, ...result } = await this.#session.join(who);
    // The client name so far was a watcher's; the person starts with their own.
    if (result.ok) await this.#rename(me ?? null);
    return result;
  }

  /** loadActivity fetches older activity. */
  async loadActivity(): Promise<void> {
    await this.#activity.older(this.#replica);
    this.#changed();
  }

  /** newRoom is the page that makes rooms, as this session. */
  get newRoom(): string {
    return `/new#${this.#session.key}`;
  }

  /** api calls /api/v1 + path as this session. */
  api(path: string, init?: RequestInit): Promise<Response> {
    return this.#session.fetch(`/api/v1${path}`, init);
  }

  async #begin(): Promise<void> {
    const saved = await this.#pending.take();
    if (saved === null) await this.#pending.hold(this.#replica.client);
    if (!this.#running) return;
    this.#claimed = true;
    if (saved === null) this.#pending.write(this.#replica);
    else this.#dispatch({ kind: 'restore', saved });
    this.#socket.start();
  }

  // foresee fetches what shows an op at once; where that failed, the next op tries again.
  #foresee(): void {
    if (this.#predict !== null) return;
    void this.#options.predict().then(
      (predict) => {
        this.#predict = predict;
        this.#shown = null;
        this.#changed();
      },
      () => undefined,
    );
  }

  // park lets go of what a page must not hold while the browser keeps it for the
  // way back: the connection, and the name that the tab's next page goes on under.
  #park(): void {
    if (!this.#claimed) return;
    this.#parked = true;
    this.#socket.stop();
    this.#pending.release();
    this.#claimed = false;
  }

  async #unpark(): Promise<void> {
    if (!this.#parked) return;
    this.#parked = false;
    const ours = await this.#pending.reclaim(this.#replica.client);
    if (!this.#running) return;
    if (!ours) return (this.#options.reload ?? (() => globalThis.location.reload()))();
    this.#claimed = true;
    this.#socket.start();
  }

  #dispatch(event: ReplicaEvent): void {
    const { replica, effects } = reduce(this.#replica, event);
    this.#replica = replica;
    // Before anything is sent: what the server may have seen must survive a reload.
    if (this.#claimed) this.#pending.write(replica);
    for (const effect of effects) this.#perform(effect);
    this.#changed();
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case 'send':
        return this.#socket.send(effect.frame);
      case 'fetch':
        return void this.#fetchSnapshot(effect.stream, effect.url);
      case 'wait':
        return this.#after(effect.ms, () => this.#dispatch({ kind: 'retry', stream: effect.stream }));
      case 'reconnect':
        return this.#socket.restart();
      case 'rename':
        return void this.#rename(this.#replica.me);
      case 'notice':
        return this.#setNotices(addNotice(this.#notices, effect.notice));
      case 'committed':
        this.#activity.add(effect.stream, effect.commit);
        return effect.mine ? undefined : mark(`remote-applied:${effect.commit.rev}`);
      case 'jumped':
        return void this.#activity.skipped(effect.stream, effect.from, effect.to).then(() => this.#changed());
    }
  }

  #receive(frame: ServerFrame): void {
    if (frame.t === 'presence') return this.#setHere(frame);
    if (frame.t === 'welcome') this.#welcome(frame);
    this.#dispatch({ kind: 'frame', frame });
  }

  #welcome(frame: WelcomeFrame): void {
    this.#own = frame.session;
    this.#clock.set(frame.now);
    this.#here = foldPresence(NOBODY, { join: frame.here, watching: frame.watching ?? 0 }, frame.session);
    this.#presence.opened();
  }

  #setHere(frame: PresenceFrame): void {
    this.#here = foldPresence(this.#here, frame, this.#own);
    this.#changed();
  }

  #closed(): void {
    this.#presence.closed();
    this.#dispatch({ kind: 'closed' });
  }

  #stands(conn: Omit<Conn, 'queued' | 'wasLive'>): void {
    this.#conn = { ...conn, wasLive: this.#conn.wasLive || conn.state === 'live' };
    this.#changed();
  }

  // rename goes on under a new client name, with a new connection.
  async #rename(me: Me | null): Promise<void> {
    const client = newClient();
    await this.#pending.hold(client);
    if (!this.#running) return;
    this.#dispatch({ kind: 'renamed', client, me });
    this.#socket.restart();
  }

  // verify looks over HTTP whether the session still opens the room: a refused
  // handshake does not say why.
  async #verify(): Promise<Authorized> {
    const authorized = await this.#session.authorize();
    if (authorized.kind !== 'ok') return authorized;
    const path = `/rooms/${this.#options.boot.room}/activity?stream=shared&after=0&limit=1`;
    const response = await this.api(path).catch(() => null);
    if (response === null || ![401, 403, 404].includes(response.status)) return authorized;
    this.#session.forget();
    return this.#session.authorize();
  }

  async #fetchSnapshot(stream: Stream, url: string): Promise<void> {
    const wanted = (): boolean => this.#running && this.#replica.streams[stream]?.fetching === true;
    while (wanted()) {
      const entry = await this.#getJson<StreamEntry>(url);
      if (!wanted()) return;
      if (entry !== null) return this.#dispatch({ kind: 'fetched', entry });
      await new Promise<void>((resolve) => this.#after(FETCH_RETRY_MS, resolve));
    }
  }

  async #fetchCommits(stream: Stream, after: number, limit: number): Promise<readonly Commit[]> {
    const path = `/rooms/${this.#options.boot.room}/activity?stream=${stream}&after=${after}&limit=${limit}`;
    const page = await this.#getJson<{ commits: readonly Commit[] }>(`/api/v1${path}`);
    return page?.commits ?? [];
  }

  // getJson returns null for whatever did not work; the caller tries again or goes without.
  async #getJson<T>(url: string): Promise<T | null> {
    try {
      const response = await this.#session.fetch(url);
      return response.ok ? ((await response.json()) as T) : null;
    } catch {
      return null;
    }
  }

  #setNotices(notices: readonly Notice[]): void {
    if (notices === this.#notices) return;
    this.#notices = notices;
    this.#changed();
  }

  #changed(): void {
    this.#snapshot = null;
    if (this.#telling) return;
    this.#telling = true;
    queueMicrotask(() => {
      this.#telling = false;
      for (const fn of this.#listeners) fn();
    });
  }

  #makeSnapshot(): RoomSnapshot {
    const replica = this.#replica;
    if (this.#shown?.replica !== replica) this.#shown = { replica, result: show(replica, this.#predict) };
    const { states, unconfirmed } = this.#shown.result;
    const view = this.#viewer.view(states, this.#clock.ms());
    return {
      view,
      revs: revsOf(replica),
      me: currentMe(replica.me, view.people.get(replica.me?.id ?? '')),
      conn: { ...this.#conn, queued: unsent(replica) },
      here: this.#here.sessions,
      watching: this.#here.watching,
      notices: this.#notices,
      activity: this.#activity.items,
      activityMore: this.#activity.more(replica),
      pendingFields: unconfirmed,
      canUndo: canUndo(replica),
      canRedo: canRedo(replica),
    };
  }

  #watchDay(): void {
    this.#after(DAY_CHECK_MS, () => {
      if (this.#viewer.isStale(this.#clock.ms())) this.#changed();
      this.#watchDay();
    });
  }

  #after(ms: number, fn: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      fn();
    }, ms);
    this.#timers.add(timer);
  }
}

function revsOf(replica: Replica): RoomSnapshot['revs'] {
  return Object.fromEntries(Object.entries(replica.streams).map(([name, stream]) => [name, stream.rev]));
}

function isList(op: Op | readonly Op[]): op is readonly Op[] {
  return Array.isArray(op);
}

function liveUrl(room: string): string {
  const { protocol, host } = globalThis.location ?? { protocol: 'http:', host: 'localhost' };
  return `${protocol === 'https:' ? 'wss:' : 'ws:'}//${host}/api/v1/rooms/${room}/live`;
}

// currentMe follows a change of name or access that came after the welcome.
function currentMe(me: Me | null, person: PersonView | undefined): Me | null {
  if (me === null || person === undefined) return me;
  if (me.name === person.name && me.access === person.access) return me;
  return { ...me, name: person.name, access: person.access };
}
