import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Live } from './live';
import type { State } from './standing';

vi.mock('../door/remember', () => ({ remembered: () => null, forget: () => undefined }));

const MINUTE = 60_000;

/** FakeSocket is the last socket that the page opened; a test plays the server. */
class FakeSocket {
  static last: FakeSocket | undefined;
  onopen: () => void = () => undefined;
  onmessage: (event: { data: string }) => void = () => undefined;
  onclose: (event: { code: number }) => void = () => undefined;

  constructor() {
    FakeSocket.last = this;
  }

  send(): void {}

  close(): void {}
}

let reachable = true;
let states: State[] = [];
let live: Live;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.stubGlobal('location', { origin: 'http://parley.test' });
  vi.stubGlobal('addEventListener', () => undefined);
  vi.stubGlobal('fetch', () =>
    reachable
      ? Promise.resolve(Response.json({ session_token: 'of this visit' }))
      : Promise.reject(new TypeError('unreachable')),
  );
  reachable = true;
  states = [];
  live = new Live({
    token: 'a',
    room: 'r',
    epoch: 'e',
    rev: 1,
    onState: (state) => states.push(state),
    onChange: (rev) => Promise.resolve(rev),
  });
});

afterEach(() => {
  live.stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function welcomed(): Promise<void> {
  await vi.advanceTimersByTimeAsync(MINUTE / 2);
  FakeSocket.last?.onmessage({
    data: JSON.stringify({ t: 'welcome', streams: [{ epoch: 'e', rev: 1 }] }),
  });
}

test('once updates are paused the page says so until it is live again, however often it tries', async () => {
  reachable = false;
  live.start();
  await vi.advanceTimersByTimeAsync(MINUTE);
  const paused = states.indexOf('paused');
  expect(paused).toBeGreaterThan(0);
  expect(states.slice(paused).length).toBeGreaterThan(3); // it has tried again
  expect(new Set(states.slice(paused))).toEqual(new Set(['paused']));

  reachable = true;
  await welcomed();
  expect(states.at(-1)).toBe('live');

  FakeSocket.last?.onclose({ code: 1006 });
  expect(states.at(-1), 'a new loss is not paused at once').toBe('reconnecting');
});
