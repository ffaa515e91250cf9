import { beforeEach, expect, test, vi } from 'vitest';
import type { RoomClient } from './room-client';
import { fakeBrowser, setTitle } from './testing/browser';
import { bootAt, FakePage, FakeSocket, welcomeAt } from './testing/fakes';

// Going on to another page and back: browsers may keep the page as it was, with
// its scripts stopped. It must not hold the connection or the tab's name meanwhile.

const browser = fakeBrowser();
const reload = vi.fn();
beforeEach(() => void reload.mockReset());

async function open(): Promise<RoomClient> {
  const sockets = FakeSocket.all.length;
  const client = await browser.open(bootAt(5), null, { reload });
  await vi.waitFor(() => expect(FakeSocket.all).toHaveLength(sockets + 1));
  FakeSocket.last.accept(welcomeAt(5));
  return client;
}

test('a page that is left lets go of its connection and its name', async () => {
  await open();

  browser.page.leaves();
  await vi.advanceTimersByTimeAsync(60_000);

  expect(FakeSocket.all.map((socket) => socket.readyState)).toEqual([3]);
  expect(browser.locks.held.size).toBe(0);
});

test('a page that comes back goes on where it was, with what it had not sent', async () => {
  const client = await open();
  const before = FakeSocket.last;
  setTitle(client, 'Contract');

  browser.page.leaves();
  await vi.advanceTimersByTimeAsync(3_600_000);
  browser.page.comesBack();
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
  const { page } = browser;
  page.leaves();
  const next = new FakePage();
  browser.show(next);
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
  browser.page.says('visibilitychange');
  await vi.advanceTimersByTimeAsync(3_000);
  expect(first.of('ping')).not.toHaveLength(0);
  expect(first.readyState).toBe(3);
  await vi.advanceTimersByTimeAsync(300);
  FakeSocket.last.accept(welcomeAt(5));

  expect(FakeSocket.all).toHaveLength(2);
  expect(client.snapshot().conn.state).toBe('live');
});
