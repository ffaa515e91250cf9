import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { predict } from '../replica/predict';
import { RoomClient } from './room-client';
import { bootAt, FakeLocks, FakePage, FakeSocket, FakeStorage, welcomeAt } from './testing/fakes';

// Going on to another page and back: browsers may keep the page as it was, with
// its scripts stopped. It must not hold the connection or the tab's name meanwhile.

let page: FakePage;
let locks: FakeLocks;
let clients: RoomClient[];
const reload = vi.fn();

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 9, 22, 10) });
  FakeSocket.all = [];
  page = new FakePage();
  locks = new FakeLocks();
  clients = [];
  reload.mockReset();
  vi.stubGlobal('sessionStorage', new FakeStorage());
  vi.stubGlobal('localStorage', new FakeStorage());
  vi.stubGlobal('navigator', { locks });
  show(page);
});

afterEach(() => {
  for (const client of clients) client.stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** show makes p the page that clients made from now on are in. */
function show(p: FakePage): void {
  vi.stubGlobal('window', p);
  vi.stubGlobal('document', p);
}

async function open(): Promise<RoomClient> {
  const WebSocket = FakeSocket as unknown as typeof globalThis.WebSocket;
  const client = new RoomClient({
    boot: bootAt(5),
    token: null,
    predict: async () => predict,
    WebSocket,
    reload,
  });
  clients.push(client);
  const sockets = FakeSocket.all.length;
  client.start();
  await vi.waitFor(() => expect(FakeSocket.all).toHaveLength(sockets + 1));
  FakeSocket.last.accept(welcomeAt(5));
  return client;
}

function setTitle(client: RoomClient, title: string): void {
  client.propose('shared', { kind: 'milestone.update', id: 'm1', set: { title } });
}

test('a page that is left lets go of its connection and its name', async () => {
  await open();

  page.leaves();
  await vi.advanceTimersByTimeAsync(60_000);

  expect(FakeSocket.all.map((socket) => socket.readyState)).toEqual([3]);
  expect(locks.held.size).toBe(0);
});

test('a page that comes back goes on where it was, with what it had not sent', async () => {
  const client = await open();
  const before = FakeSocket.last;
  setTitle(client, 'Contract');

  page.leaves();
  await vi.advanceTimersByTimeAsync(3_600_000);
  page.comesBack();
  await vi.advanceTimersByTimeAsync(0);
  FakeSocket.last.accept(welcomeAt(5));

  expect(FakeSocket.all).toHaveLength(2);
  expect(FakeSocket.last.of('op')).toEqual(before.of('op'));
  expect(client.snapshot().conn.state).toBe('live');
  expect(reload).not.toHaveBeenCalled();
});

test('a page whose tab went on in another page is loaded anew', async () => {
  const client = await open();
  setTitle(client, 'Contract');
  page.leaves();
  const next = new FakePage();
  show(next);
  const other = await open(); // the same room, under the same name
  setTitle(other, 'Contract, signed');
  next.leaves();

  page.comesBack();
  await vi.advanceTimersByTimeAsync(1_000);

  expect(reload).toHaveBeenCalledOnce();
  expect(FakeSocket.all).toHaveLength(2);
});

test('an hour of sleep: the first thing heard is whether the connection lives', async () => {
  const client = await open();
  const first = FakeSocket.last;

  vi.setSystemTime(Date.now() + 3_600_000); // the clock went on, the timers did not
  page.says('visibilitychange');
  await vi.advanceTimersByTimeAsync(3_000);
  expect(first.of('ping')).not.toHaveLength(0);
  expect(first.readyState).toBe(3);
  await vi.advanceTimersByTimeAsync(300);
  FakeSocket.last.accept(welcomeAt(5));

  expect(FakeSocket.all).toHaveLength(2);
  expect(client.snapshot().conn.state).toBe('live');
});
