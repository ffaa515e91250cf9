import { forget, remembered } from '../door/remember';
import type { State } from './standing';

/** Options are what a page starts with. */
export interface Options {
  readonly token: string;
  readonly room: string;
  readonly epoch: string;
  readonly rev: number;
  onState(state: State): void;
  /** onChange shows the page at a rev or a newer one and returns what it shows; null when it could not. */
  onChange(rev: number): Promise<number | null>;
}

interface Frame {
  readonly t: string;
  readonly epoch?: string;
  readonly rev?: number;
  readonly to?: number;
  readonly watching?: number;
  readonly heartbeat_ms?: number;
  readonly retry_ms?: number;
  readonly revs?: { readonly shared?: number };
  readonly streams?: readonly { readonly epoch: string; readonly rev: number }[];
  readonly fatal?: boolean;
}

const LOST_MS = 8_000; // of reconnecting, until the page says that updates are paused
const BACKOFF_MS = 10_000;
// Thousands of watchers do not ask for the page in the same moment: they spread
// over so long that a server draws for about this many of them in a second.
const PER_SECOND = 500;

/** Live follows a room over the socket, protocol parley.v1, as a watcher: it takes revs and leaves the rest. */
export class Live {
  readonly #o: Options;
  readonly #client = crypto.randomUUID();
  #session: string; // in memory alone, where the link has no door
  #socket: WebSocket | undefined;
  #epoch: string;
  #shown: number; // the rev on the screen
  #heard: number; // the newest rev heard of
  #watching = 1;
  #tries = 0;
  #beat: ReturnType<typeof setInterval> | undefined;
  #lost: ReturnType<typeof setTimeout> | undefined;
  #paused = false; // for so long that the page says so, whatever is tried meanwhile
  #asking = false;
  #stopped = false;

  constructor(options: Options) {
    this.#o = options;
    this.#session = remembered(options.token) ?? '';
    this.#epoch = options.epoch;
    this.#shown = this.#heard = options.rev;
  }

  start(): void {
    void this.#connect();
    addEventListener('online', () => this.#socket === undefined && void this.#connect());
    // A page that comes back from the browser's cache has a dead socket.
    addEventListener('pageshow', (event) => event.persisted && this.#socket?.close());
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#lost);
    this.#socket?.close();
  }

  /** authorization is the header of a call as this visitor, nothing before there is a session. */
  authorization(): Record<string, string> {
    return this.#session === '' ? {} : { Authorization: `Bearer ${this.#session}` };
  }

  async #connect(): Promise<void> {
    if (this.#stopped) return;
    this.#socket = undefined;
    this.#away();
    try {
      if (this.#session === '' && !(await this.#join())) return;
    } catch {
      this.#later();
      return;
    }
    const socket = new WebSocket(
      `${location.origin.replace('http', 'ws')}/api/v1/rooms/${this.#o.room}/live`,
      'parley.v1',
    );
    this.#socket = socket;
    socket.onopen = () => this.#hello(socket);
    socket.onmessage = ({ data }) => this.#take(socket, JSON.parse(String(data)) as Frame);
    socket.onclose = ({ code }) => this.#closed(socket, code);
  }

  #away(): void {
    this.#lost ??= setTimeout(() => {
      this.#paused = true;
      this.#o.onState('paused');
    }, LOST_MS);
    this.#o.onState(this.#paused ? 'paused' : 'reconnecting');
  }

  // join exchanges the link for a session; false when there is nothing to join any more.
  async #join(): Promise<boolean> {
    const answer = await fetch('/api/v1/join', {
      method: 'POST',
      credentials: 'omit',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ token: this.#o.token }),
    });
    if (answer.status === 404) {
      await this.#ended();
      return false;
    }
    if (answer.status === 403) {
      forget(this.#o.token);
      location.reload(); // the link's door asks for something now
      return false;
    }
    if (!answer.ok) throw new Error(`join: ${answer.status}`);
    this.#session = ((await answer.json()) as { session_token: string }).session_token;
    return true;
  }

  #hello(socket: WebSocket): void {
    const streams = { shared: { epoch: this.#epoch, rev: this.#heard } };
    socket.send(JSON.stringify({ t: 'hello', v: 1, client: this.#client, token: this.#session, streams }));
  }

  #take(socket: WebSocket, frame: Frame): void {
    if (frame.watching !== undefined) this.#watching = frame.watching;
    switch (frame.t) {
      case 'welcome': {
        this.#tries = 0;
        clearTimeout(this.#lost);
        this.#lost = undefined;
        this.#paused = false;
        this.#o.onState('live');
        clearInterval(this.#beat);
        let n = 0;
        this.#beat = setInterval(
          () => socket.send(JSON.stringify({ t: 'ping', n: ++n })),
          frame.heartbeat_ms ?? 25_000,
        );
        const [shared] = frame.streams ?? [];
        if (shared !== undefined) this.#at(shared.epoch, shared.rev);
        return;
      }
      case 'joined':
        this.#at(frame.epoch ?? this.#epoch, frame.rev ?? this.#heard);
        return;
      case 'commits':
        if (frame.to !== undefined) this.#hear(frame.to);
        return;
      case 'pong':
        if (frame.revs?.shared !== undefined) this.#hear(frame.revs.shared);
        return;
      case 'resync': // what was passed over is in the page that is asked for next
        socket.send(JSON.stringify({ t: 'join', stream: 'shared', epoch: frame.epoch, rev: frame.rev }));
        return;
      case 'bye':
        this.#tries = 0;
    }
  }

  // at takes the place where the stream stands; another epoch may have come to a lower rev.
  #at(epoch: string, rev: number): void {
    if (epoch !== this.#epoch) {
      this.#epoch = epoch;
      this.#shown = -1;
      this.#heard = rev;
    }
    this.#hear(rev);
  }

  #hear(rev: number): void {
    this.#heard = Math.max(this.#heard, rev);
    if (this.#heard > this.#shown) void this.#ask();
  }

  async #ask(): Promise<void> {
    if (this.#asking || this.#stopped) return;
    this.#asking = true;
    try {
      await wait(Math.random() * (this.#watching / PER_SECOND) * 1000);
      const shown = await this.#o.onChange(Math.max(0, this.#heard));
      this.#shown = Math.max(this.#shown, shown ?? this.#shown);
      if (shown === null) await wait(1000 + Math.random() * 2000);
    } catch {
      await wait(1000 + Math.random() * 2000); // offline: the socket says so too
    } finally {
      this.#asking = false;
    }
    if (this.#heard > this.#shown && this.#socket?.readyState === WebSocket.OPEN) void this.#ask();
  }

  #closed(socket: WebSocket, code: number): void {
    clearInterval(this.#beat);
    if (this.#stopped || socket !== this.#socket) return;
    this.#socket = undefined;
    if (code === 4001 || code === 4003) {
      // Ended: by another visit's end, or for good. The link says which.
      this.#session = '';
      if (code === 4003) {
        void this.#ended();
        return;
      }
    }
    this.#later();
  }

  #later(): void {
    this.#away();
    const most = Math.min(BACKOFF_MS, 250 * 2 ** this.#tries++);
    setTimeout(() => void this.#connect(), Math.random() * most);
  }

  // ended asks for the page once more: it is a notice now, or the link works still.
  async #ended(): Promise<void> {
    const shown = await this.#o.onChange(0).catch(() => null);
    if (!this.#stopped && shown === null) this.#later();
    else if (!this.#stopped) this.#later();
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
