import {
  type ByeFrame,
  type ClientFrame,
  type ErrorFrame,
  PROTOCOL,
  type ServerFrame,
} from '../replica/frames';
import { backoffMs } from './backoff';
import { Liveness } from './liveness';
import { onPage, visible } from './page';
import type { Authorized } from './session';
import { Standing } from './standing';
import type { StopReason } from './types';

// A connection that does not get to welcome in this time starts over.
const CONNECT_MS = 10_000;
// After bye the server closes; when it does not, this side does.
const BYE_MS = 2_000;
// One that lasted this long counts as good: the next attempt is the first again.
const SETTLED_MS = 5_000;
// Too fast: back off as if this many attempts had failed already.
const RATE_ATTEMPT = 4;
// A handshake shows no status: after this many in a row, the session is asked for over HTTP.
const DOUBT_AFTER = 3;

export interface SocketOptions {
  readonly url: string;
  readonly WebSocket: typeof WebSocket;
  readonly random: () => number;
  /** authorize is asked before every attempt. */
  readonly authorize: () => Promise<Authorized>;
  /** unauthorized: the server refused the session; the next authorize is to bring another. */
  readonly unauthorized: () => void;
  /** verify asks over HTTP whether the session is still good. */
  readonly verify: () => Promise<Authorized>;
  /** hello is the first frame of every connection. */
  readonly hello: () => ClientFrame;
  readonly frame: (frame: ServerFrame) => void;
  /** closed: what was sent and not answered may be lost. */
  readonly closed: () => void;
  readonly standing: (standing: Standing['state'], why?: StopReason) => void;
}

/**
 * Socket keeps one connection to the room: it connects, greets, notices when
 * the other end is gone, and comes back, until stop or a refusal for good.
 */
export class Socket {
  readonly #options: SocketOptions;
  readonly #standing: Standing;
  readonly #liveness: Liveness;
  readonly #listeners: (() => void)[] = [];
  #socket: WebSocket | null = null;
  #welcomed = false;
  #running = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #connecting = false;
  #attempt = 0;
  #failures = 0;
  #refusals = 0;
  /** retryMs is the wait that the server asked for. */
  #retryMs: number | null = null;
  #settled: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SocketOptions) {
    this.#options = options;
    this.#standing = new Standing(options.standing);
    this.#liveness = new Liveness({
      ping: (n) => this.send({ t: 'ping', n }),
      dead: () => this.#dead(),
      visible,
    });
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#listeners.push(
      onPage('online', () => this.reconnectNow()),
      onPage('offline', () => this.#probe(true)),
      onPage('pageshow', () => this.#probe(false)),
      onPage('visibilitychange', () => {
        this.#liveness.reschedule();
        if (visible()) this.#probe(false);
      }),
    );
    this.#standing.lost();
    void this.#connect();
  }

  stop(): void {
    this.#running = false;
    for (const end of this.#listeners.splice(0)) end();
    this.#standing.end();
    this.#drop();
  }

  /** send gives a frame to the open connection. Without one it is lost, and closed has said so. */
  send(frame: ClientFrame): void {
    if (this.#socket !== null && this.#socket.readyState === 1) this.#socket.send(JSON.stringify(frame));
  }

  /** reconnectNow ends a wait, or checks a connection that seems fine. */
  reconnectNow(): void {
    if (!this.#running) return;
    if (this.#socket !== null) return this.#probe(false);
    if (this.#connecting) return;
    clearTimeout(this.#timer);
    void this.#connect();
  }

  /** restart opens another connection in place of this one. */
  restart(): void {
    if (!this.#running) return;
    this.#drop();
    this.#standing.lost();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#connect(), 0);
  }

  async #connect(): Promise<void> {
    this.#connecting = true;
    const doubt = this.#failures >= DOUBT_AFTER;
    const authorized = await (doubt ? this.#options.verify() : this.#options.authorize());
    this.#connecting = false;
    if (!this.#running || this.#socket !== null) return;
    if (authorized.kind === 'stop') return this.#stopFor(authorized.why);
    if (authorized.kind === 'retry') return this.#later();
    this.#open();
  }

  #open(): void {
    const socket = new this.#options.WebSocket(this.#options.url, PROTOCOL);
    this.#socket = socket;
    this.#welcomed = false;
    this.#failures++;
    this.#timer = setTimeout(() => this.#dead(), CONNECT_MS);
    socket.onopen = () => {
      if (socket !== this.#socket) return;
      this.#failures = 0;
      this.send(this.#options.hello());
    };
    socket.onmessage = (event) => {
      if (socket === this.#socket) this.#receive(event.data);
    };
    socket.onclose = (event) => {
      if (socket === this.#socket) this.#closed(event.code);
    };
  }

  #receive(data: unknown): void {
    const frame = parse(data);
    if (frame === null) return this.#dead();
    this.#liveness.heard(frame.t === 'pong' ? frame.n : null);
    switch (frame.t) {
      case 'welcome':
        this.#welcome(frame.heartbeat_ms);
        break;
      case 'bye':
        return this.#bye(frame);
      case 'error':
        if (this.#error(frame)) return;
        break;
    }
    this.#options.frame(frame);
  }

  #welcome(heartbeatMs: number): void {
    clearTimeout(this.#timer);
    this.#welcomed = true;
    this.#refusals = 0;
    this.#retryMs = null;
    this.#settled = setTimeout(() => {
      this.#attempt = 0;
    }, SETTLED_MS);
    this.#liveness.start(heartbeatMs);
    this.#standing.live();
  }

  #bye(frame: ByeFrame): void {
    if (frame.why === 'archived' || frame.why === 'revoked') return this.#stopFor(frame.why);
    if (frame.why === 'restart') this.#retryMs = frame.retry_ms ?? null;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#dead(), BYE_MS);
  }

  // error reports whether the frame ended the connection.
  #error(frame: ErrorFrame): boolean {
    if (frame.code === 'rate') this.#attempt = Math.max(this.#attempt, RATE_ATTEMPT);
    // One that is not fatal is about a stream, not about the session.
    if (frame.code !== 'unauthorized' || !frame.fatal) return false;
    this.#unauthorized();
    return true;
  }

  #closed(code: number): void {
    switch (code) {
      case 4001:
        return this.#unauthorized();
      case 4003:
        return this.#stopFor('forbidden');
      case 4009:
        return this.#stopFor('protocol');
      case 4029:
        this.#attempt = Math.max(this.#attempt, RATE_ATTEMPT);
        break;
    }
    this.#lose();
  }

  // unauthorized gets another session, once: a second refusal in a row is final.
  #unauthorized(): void {
    this.#refusals++;
    if (this.#refusals > 1) return this.#stopFor('expired');
    this.#options.unauthorized();
    this.#retryMs = 0;
    this.#lose();
  }

  // dead: nothing comes from the other end any more.
  #dead(): void {
    this.#lose();
  }

  #lose(): void {
    this.#drop();
    if (!this.#running) return;
    this.#standing.lost();
    this.#later();
  }

  #later(): void {
    const wait = this.#retryMs ?? backoffMs(this.#attempt, this.#options.random);
    this.#retryMs = null;
    this.#attempt++;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#connect(), wait);
  }

  // drop lets go of the socket, whatever state it is in. A close frame to a dead
  // peer takes long, so nothing waits for it.
  #drop(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#settled);
    this.#liveness.stop();
    const socket = this.#socket;
    this.#socket = null;
    this.#welcomed = false;
    if (socket === null) return;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    if (socket.readyState <= 1) socket.close(1000);
    this.#options.closed();
  }

  #probe(offline: boolean): void {
    if (this.#socket === null) return offline ? this.#standing.offline() : this.reconnectNow();
    if (this.#welcomed) this.#liveness.probe(() => (offline ? this.#standing.offline() : undefined));
  }

  #stopFor(why: StopReason): void {
    this.#running = false;
    for (const end of this.#listeners.splice(0)) end();
    this.#drop();
    this.#standing.stopped(why);
  }
}

function parse(data: unknown): ServerFrame | null {
  if (typeof data !== 'string') return null;
  try {
    const frame: unknown = JSON.parse(data);
    return typeof frame === 'object' && frame !== null && 't' in frame ? (frame as ServerFrame) : null;
  } catch {
    return null;
  }
}
