import { describe, expect, test, vi } from 'vitest';
import { fakeBrowser, setTitle, titleOf, wait } from './testing/browser';
import { bootAt, FakeChannel, FakeSocket, welcomeAt } from './testing/fakes';

const browser = fakeBrowser();

describe('a tab', () => {
  test('goes on after a reload: same client, same seq, same op', async () => {
    const before = await browser.live();
    setTitle(before, 'Contract');
    const first = FakeSocket.last;
    before.stop();
    await wait(0);

    const after = await browser.open(bootAt(5));
    expect(titleOf(after)).toBe('Contract');
    FakeSocket.last.accept(welcomeAt(5));
    expect(FakeSocket.last.of('hello')[0]?.client).toBe(first.of('hello')[0]?.client);
    expect(FakeSocket.last.of('op')).toEqual(first.of('op'));
  });

  test('that was reloaded after the op was processed learns the verdict', async () => {
    const before = await browser.live();
    setTitle(before, 'Contract');
    before.stop();
    await wait(0);

    const after = await browser.open(bootAt(6));
    FakeSocket.last.accept(welcomeAt(6, { seq: 1 }));
    FakeSocket.last.says({ t: 'ack', stream: 'shared', seq: 1, rev: 6 });
    expect(after.snapshot().conn.queued).toBe(0);
    expect(after.snapshot().pendingFields.size).toBe(0);
  });

  test('that is a duplicate gets its own client and leaves the pending ops to the first', async () => {
    const first = await browser.live();
    setTitle(first, 'Contract');
    const firstSocket = FakeSocket.last;
    const copy = browser.session.copy();
    vi.stubGlobal('sessionStorage', copy);

    const second = await browser.open(bootAt(5));
    expect(FakeSocket.last).toBe(firstSocket); // it waits a moment for the name
    await wait(1_000);
    FakeSocket.last.accept(welcomeAt(5));
    expect(FakeSocket.last).not.toBe(firstSocket);
    expect(FakeSocket.last.of('hello')[0]?.client).not.toBe(firstSocket.of('hello')[0]?.client);
    expect(FakeSocket.last.of('op')).toEqual([]);
    expect(titleOf(second)).toBe('Legal review');
    expect([...browser.session.items.values()].join()).toContain('Contract');
  });

  test('without locks, on a plain http page, is told by the first that it is a duplicate', async () => {
    vi.stubGlobal('navigator', {});
    vi.stubGlobal('BroadcastChannel', FakeChannel);
    const first = await browser.live();
    setTitle(first, 'Contract');
    vi.stubGlobal('sessionStorage', browser.session.copy());
    await browser.open(bootAt(5));
    await wait(200);
    const [one, two] = FakeSocket.all;
    two?.open();
    expect(two?.of('hello')[0]?.client).not.toBe(one?.of('hello')[0]?.client);

    first.stop();
    vi.stubGlobal('sessionStorage', browser.session);
    const again = await browser.open(bootAt(5)); // the first page is gone: this one goes on for it
    await wait(200);
    expect(titleOf(again)).toBe('Contract');
  });

  test('without any storage works, until it ends', async () => {
    browser.session.broken = true;
    browser.local.broken = true;
    const client = await browser.live();
    setTitle(client, 'Contract');
    expect(FakeSocket.last.of('op')).toHaveLength(1);
    expect(titleOf(client)).toBe('Contract');
  });

  test('does not trust what it cannot read', async () => {
    browser.session.items.set(`parley:client:${bootAt(5).room}`, '{"v":1,"client":"x","pending":[{}]');
    await browser.open();
    expect(FakeSocket.all).toHaveLength(1);
  });

  test('whose client is no longer known goes on under another name', async () => {
    const client = await browser.live();
    setTitle(client, 'Contract');
    FakeSocket.last.says({
      t: 'reject',
      stream: 'shared',
      seq: 1,
      code: 'expired',
      message: 'unknown client',
    });
    await wait(10);
    FakeSocket.last.accept(welcomeAt(5));
    await wait(10);
    FakeSocket.last.accept(welcomeAt(5));

    const names = FakeSocket.all.map((socket) => socket.of('hello')[0]?.client);
    expect(FakeSocket.all).toHaveLength(3);
    expect(names[1]).toBe(names[0]);
    expect(names[2]).not.toBe(names[0]);
    expect(FakeSocket.last.of('op')).toMatchObject([{ seq: 1, op: { set: { title: 'Contract' } } }]);
    expect(client.snapshot().notices).toEqual([]);
    expect(titleOf(client)).toBe('Contract');
  });
});
