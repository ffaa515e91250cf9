import type { ClientFrame, ServerFrame, StreamEntry, WelcomeFrame } from '../../replica/frames';
import type { Snapshot } from '../../replica/types';
import type { Boot } from '../types';

export const ROOM = '0b9d3f52-6a37-4c4e-9a53-0d6f5f0a9e11';
export const ANN = { id: 'ann', name: 'Ann Lee', side: 'seller', access: 'editor' } as const;

/** PLAN is a small plan: one phase with one milestone. */
export const PLAN: Snapshot = {
  entities: {
    room: [
      {
        id: ROOM,
        name: 'Northwind × Acme',
        buyer_company: 'Acme',
        seller_company: 'Northwind',
        time_zone: 'Europe/Oslo',
        status: 'active',
      },
    ],
    participant: [{ id: 'ann', name: 'Ann Lee', side: 'seller', access: 'editor', state: 'active' }],
    phase: [{ id: 'p1', name: 'Evaluate', pos: 'a0' }],
    milestone: [
      {
        id: 'm1',
        phase: 'p1',
        title: 'Legal review',
        status: 'not_started',
        visibility: 'shared',
        pos: 'a0',
      },
    ],
  },
};

/** bootAt is the page's data with the plan at rev. */
export function bootAt(rev: number, more: Partial<Boot> = {}): Boot {
  return {
    room: ROOM,
    version: 'test',
    now: '2026-10-22T10:00:00Z',
    me: ANN,
    link: null,
    streams: [{ stream: 'shared', epoch: 'e1', rev, seq: 0, snapshot: PLAN }],
    activity: [],
    session: true,
    notice: null,
    ...more,
  };
}

/** welcomeAt is the server's first frame, with the shared stream resumed at rev. */
export function welcomeAt(rev: number, more: Partial<StreamEntry> = {}): WelcomeFrame {
  return {
    t: 'welcome',
    v: 1,
    session: 's1',
    me: ANN,
    now: '2026-10-22T10:00:00.000000Z',
    window: 32,
    heartbeat_ms: 25_000,
    here: [],
    watching: 0,
    streams: [{ stream: 'shared', epoch: 'e1', rev, seq: 0, resumed: true, ...more }],
  };
}

/** FakeSocket stands in for the browser's WebSocket; the test plays the server. */
export class FakeSocket {
  static all: FakeSocket[] = [];

  static get last(): FakeSocket {
    const last = FakeSocket.all.at(-1);
    if (last === undefined) throw new Error('no socket was opened');
    return last;
  }

  readonly url: string;
  readonly protocol: string;
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly sent: ClientFrame[] = [];

  constructor(url: string, protocol: string) {
    this.url = url;
    this.protocol = protocol;
    FakeSocket.all.push(this);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as ClientFrame);
  }

  close(): void {
    this.readyState = 3;
  }

  /** accept opens the connection and welcomes the client. */
  accept(frame: WelcomeFrame): void {
    this.open();
    this.says(frame);
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }

  says(frame: ServerFrame | string): void {
    this.onmessage?.({ data: typeof frame === 'string' ? frame : JSON.stringify(frame) });
  }

  /** ends is a close that came from the other side. */
  ends(code: number): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }

  of<T extends ClientFrame['t']>(t: T): Extract<ClientFrame, { t: T }>[] {
    return this.sent.filter((frame): frame is Extract<ClientFrame, { t: T }> => frame.t === t);
  }
}

/** FakeStorage is a browser's storage; broken ones throw at every use. */
export class FakeStorage {
  readonly items = new Map<string, string>();
  broken = false;

  getItem(key: string): string | null {
    this.#check();
    return this.items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.#check();
    this.items.set(key, value);
  }

  removeItem(key: string): void {
    this.#check();
    this.items.delete(key);
  }

  /** copy is what a duplicated tab starts with. */
  copy(): FakeStorage {
    const copy = new FakeStorage();
    for (const [key, value] of this.items) copy.items.set(key, value);
    return copy;
  }

  #check(): void {
    if (this.broken) throw new DOMException('denied', 'SecurityError');
  }
}

/** FakeLocks are the Web Locks that all tabs of a browser share. */
export class FakeLocks {
  readonly held = new Set<string>();

  async request(name: string, _options: unknown, work: (lock: object | null) => unknown): Promise<void> {
    if (this.held.has(name)) {
      work(null);
      return;
    }
    this.held.add(name);
    await work({});
    this.held.delete(name);
  }
}

/** FakeChannel is the BroadcastChannel that all tabs of a browser share. */
export class FakeChannel {
  static readonly open = new Set<FakeChannel>();

  readonly name: string;
  onmessage: ((event: { data: unknown }) => void) | null = null;

  constructor(name: string) {
    this.name = name;
    FakeChannel.open.add(this);
  }

  postMessage(data: unknown): void {
    for (const other of FakeChannel.open) {
      if (other !== this && other.name === this.name) queueMicrotask(() => other.onmessage?.({ data }));
    }
  }

  close(): void {
    FakeChannel.open.delete(this);
  }
}

/** FakePage is a page that can be hidden, and lose the network. */
export class FakePage extends EventTarget {
  visibilityState: 'visible' | 'hidden' = 'visible';

  says(event: string): void {
    this.dispatchEvent(new Event(event));
  }

  /** leaves goes to another page; the browser keeps this one. */
  leaves(): void {
    this.dispatchEvent(Object.assign(new Event('pagehide'), { persisted: true }));
  }

  /** comesBack shows the kept page again, as it was. */
  comesBack(): void {
    this.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
  }
}

/** answer is an HTTP response with a JSON body. */
export function answer(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
}
