import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ServerFrame } from '../replica/frames';
import { RECONNECT_MAX_MS } from './backoff';
import type { Authorized } from './session';
import { Socket } from './socket';
import { FakePage, FakeSocket, welcomeAt } from './testing/fakes';
import type { ConnState } from './types';

let page: FakePage;
let socket: Socket;
let states: string[];
let frames: ServerFrame[];
let random: number;
const authorize = vi.fn<() => Promise<Authorized>>();
const verify = vi.fn<() => Promise<Authorized>>();
const unauthorized = vi.fn();
const closed = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.all = [];
  page = new FakePage();
  vi.stubGlobal('window', page);
  vi.stubGlobal('document', page);
  states = [];
  frames = [];
  random = 0.999_999;
  for (const mock of [authorize, verify]) mock.mockReset().mockResolvedValue({ kind: 'ok' });
  unauthorized.mockReset();
  closed.mockReset();
  socket = new Socket({
    url: 'ws://host/live',
    WebSocket: FakeSocket as unknown as typeof WebSocket,
    random: () => random,
    authorize,
    verify,
    unauthorized,
    hello: () => ({ t: 'hello', v: 1, client: 'c', streams: {} }),
    frame: (frame) => frames.push(frame),
    closed,
    standing: (state: ConnState, why) => states.push(why === undefined ? state : `${state}: ${why}`),
  });
});

afterEach(() => {
  socket.stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function wait(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

async function live(): Promise<FakeSocket> {
  socket.start();
  await wait(0);
  FakeSocket.last.accept(welcomeAt(1));
  return FakeSocket.last;
}

function answerPings(fake: FakeSocket): void {
  const { send } = fake;
  fake.send = (text) => {
    send.call(fake, text);
    const frame = JSON.parse(text);
    if (frame.t === 'ping') queueMicrotask(() => fake.says({ t: 'pong', n: frame.n, revs: {} }));
  };
}

describe('a connection', () => {
  test('greets, is live at welcome, and hands frames on', async () => {
    const fake = await live();
    expect(fake.sent[0]).toMatchObject({ t: 'hello' });
    expect(states).toEqual(['live']);
    expect(frames.map((frame) => frame.t)).toEqual(['welcome']);
  });

  test('that stays answered lasts, with a ping every five seconds while visible', async () => {
    const fake = await live();
    answerPings(fake);
    await wait(60_000);
    expect(fake.of('ping').length).toBe(12);
    expect(FakeSocket.all).toHaveLength(1);
    expect(states).toEqual(['live']);
  });

  test('of a hidden page pings at the server’s heartbeat', async () => {
    page.visibilityState = 'hidden';
    const fake = await live();
    answerPings(fake);
    await wait(60_000);
    expect(fake.of('ping').length).toBe(2);

    page.visibilityState = 'visible';
    page.says('visibilitychange');
    await wait(0);
    expect(fake.of('ping').length).toBe(3); // it looks at once
  });

  test('whose other end is gone is found within nine seconds', async () => {
    const fake = await live();
    fake.says({ t: 'presence', watching: 1 }); // one way still works: no proof
    await wait(8_600);
    expect(closed).toHaveBeenCalledTimes(1);
    expect(states).toEqual(['live', 'reconnecting']);
    fake.says({ t: 'presence', watching: 2 }); // too late: nobody listens
    expect(frames.filter((frame) => frame.t === 'presence')).toHaveLength(1);
  });

  test('that never gets to welcome is given up after ten seconds', async () => {
    socket.start();
    await wait(0);
    FakeSocket.last.open();
    await wait(10_000 + 300);
    expect(FakeSocket.all).toHaveLength(2);
  });

  test('that says something unreadable starts over', async () => {
    const fake = await live();
    fake.says('{"t":');
    await wait(300);
    expect(FakeSocket.all).toHaveLength(2);
  });
});

describe('a lost connection', () => {
  test('that is back within half a second never shows', async () => {
    random = 0.5;
    const fake = await live();
    fake.ends(1006);
    await wait(200);
    answerPings(FakeSocket.last);
    FakeSocket.last.accept(welcomeAt(1));
    await wait(20_000);
    expect(FakeSocket.all).toHaveLength(2);
    expect(states).toEqual(['live']);
  });

  test('shows within a second, and is called offline after eight', async () => {
    const fake = await live();
    authorize.mockResolvedValue({ kind: 'retry' });
    fake.ends(1006);
    await wait(1_000);
    expect(states).toEqual(['live', 'reconnecting']);
    await wait(6_900);
    expect(states).toEqual(['live', 'reconnecting']);
    await wait(100);
    expect(states).toEqual(['live', 'reconnecting', 'offline']);
  });

  test('is tried again with growing, bounded, jittered waits', async () => {
    socket.start();
    await wait(0);
    const gaps: number[] = [];
    for (let i = 0; i < 12; i++) {
      const before = FakeSocket.all.length;
      FakeSocket.last.ends(1006);
      const start = Date.now();
      while (FakeSocket.all.length === before) await wait(50);
      gaps.push(Date.now() - start);
    }
    expect(gaps[0]).toBeLessThanOrEqual(300);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(RECONNECT_MAX_MS + 50);
    expect(gaps.at(-1)).toBeGreaterThan(9_000);
    expect(gaps).toEqual([...gaps].sort((a, b) => a - b));

    random = 0;
    FakeSocket.last.ends(1006);
    const before = FakeSocket.all.length;
    await wait(0);
    expect(FakeSocket.all.length).toBe(before + 1); // full jitter may mean at once
  });

  test('counts as a first loss again after five good seconds', async () => {
    socket.start();
    await wait(0);
    for (let i = 0; i < 6; i++) {
      FakeSocket.last.ends(1006);
      await wait(RECONNECT_MAX_MS);
    }
    answerPings(FakeSocket.last);
    FakeSocket.last.accept(welcomeAt(1));
    await wait(5_000);
    const before = FakeSocket.all.length;
    FakeSocket.last.ends(1006);
    await wait(250);
    expect(FakeSocket.all.length).toBe(before + 1);
  });

  test('is tried at once when the person or the network asks', async () => {
    const fake = await live();
    fake.ends(1006);
    expect(FakeSocket.all).toHaveLength(1);
    socket.reconnectNow();
    await wait(0);
    expect(FakeSocket.all).toHaveLength(2);

    FakeSocket.last.ends(1006);
    page.says('online');
    await wait(0);
    expect(FakeSocket.all).toHaveLength(3);
  });

  test('that the browser reports is believed after a ping without an answer', async () => {
    await live();
    page.says('offline');
    await wait(2_900);
    expect(states).toEqual(['live']); // the browser's word is a hint
    await wait(200);
    expect(states).toEqual(['live', 'offline']);
  });

  test('that the browser reports wrongly changes nothing', async () => {
    const fake = await live();
    answerPings(fake);
    page.says('offline');
    await wait(20_000);
    expect(states).toEqual(['live']);
  });

  test('whose handshake fails again and again has its session looked at', async () => {
    socket.start();
    await wait(0);
    for (let i = 0; i < 3; i++) {
      FakeSocket.last.ends(1006);
      await wait(RECONNECT_MAX_MS);
    }
    expect(verify).toHaveBeenCalledTimes(1);

    verify.mockResolvedValue({ kind: 'stop', why: 'gone' });
    FakeSocket.last.ends(1006);
    await wait(RECONNECT_MAX_MS);
    expect(states.at(-1)).toBe('stopped: gone');
  });
});

describe('the server', () => {
  test('that restarts says when to come back', async () => {
    const fake = await live();
    fake.says({ t: 'bye', why: 'restart', retry_ms: 1_250 });
    fake.ends(1012);
    await wait(1_200);
    expect(FakeSocket.all).toHaveLength(1);
    await wait(60);
    expect(FakeSocket.all).toHaveLength(2);
  });

  test('that says bye and hangs is left after two seconds', async () => {
    const fake = await live();
    fake.says({ t: 'bye', why: 'restart', retry_ms: 10 });
    await wait(2_020);
    expect(FakeSocket.all).toHaveLength(2);
  });

  test.each([
    ['revoked', 'stopped: revoked'],
    ['archived', 'stopped: archived'],
  ] as const)('that says bye because it is %s ends the page', async (why, want) => {
    const fake = await live();
    fake.says({ t: 'bye', why });
    fake.ends(4003);
    await wait(60_000);
    expect(states.at(-1)).toBe(want);
    expect(FakeSocket.all).toHaveLength(1);
  });

  test.each([
    [4003, 'stopped: forbidden'],
    [4009, 'stopped: protocol'],
  ])('that closes with %i is not asked again', async (code, want) => {
    const fake = await live();
    fake.ends(code);
    await wait(60_000);
    expect(states.at(-1)).toBe(want);
    expect(FakeSocket.all).toHaveLength(1);
  });

  test('that wants another session gets one, once', async () => {
    const fake = await live();
    fake.ends(4001);
    await wait(10);
    expect(unauthorized).toHaveBeenCalledTimes(1);
    expect(FakeSocket.all).toHaveLength(2);

    FakeSocket.last.open();
    FakeSocket.last.says({ t: 'error', code: 'unauthorized', message: 'no', fatal: true });
    await wait(60_000);
    expect(states.at(-1)).toBe('stopped: expired');
    expect(FakeSocket.all).toHaveLength(2);
  });

  test('that keeps one stream closed keeps the connection', async () => {
    const fake = await live();
    answerPings(fake);
    fake.says({
      t: 'error',
      code: 'unauthorized',
      message: 'not open to you',
      stream: 'buyer',
      fatal: false,
    });
    await wait(20_000);
    expect(FakeSocket.all).toHaveLength(1);
    expect(unauthorized).not.toHaveBeenCalled();
  });

  test('that finds this page too fast is left alone for longer', async () => {
    const fake = await live();
    fake.ends(4029);
    await wait(2_000);
    expect(FakeSocket.all).toHaveLength(1);
    await wait(2_100);
    expect(FakeSocket.all).toHaveLength(2);
  });
});
