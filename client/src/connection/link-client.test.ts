import { describe, expect, test, vi } from 'vitest';
import { fakeBrowser, wait } from './testing/browser';
import { ANN, answer, bootAt, FakeSocket, welcomeAt } from './testing/fakes';

const browser = fakeBrowser();

describe('a link', () => {
  const token = 'parley_mfrggzdfmztwq2lkmfrggzdfmztwq2lk';
  const joined = { session_token: 'st', room: 'r', me: ANN };

  test('is exchanged for a session, which is kept and used from then on', async () => {
    browser.http.mockImplementation(async () => answer(200, joined));
    const client = await browser.open(bootAt(5, { session: false }), token);
    await vi.waitFor(() => expect(FakeSocket.all).toHaveLength(1));
    FakeSocket.last.open();

    expect(browser.http).toHaveBeenCalledTimes(1);
    expect(browser.http.mock.calls[0]?.[0]).toBe('/api/v1/join');
    expect(JSON.parse(String(browser.http.mock.calls[0]?.[1]?.body))).toEqual({ token });
    expect(FakeSocket.last.of('hello')[0]?.token).toBe('st');
    expect([...browser.local.items.keys()]).toEqual([expect.stringMatching(/^parley:session:[0-9a-f]{16}$/)]);
    expect([...browser.local.items.keys()].join()).not.toContain(token);

    await client.api('/rooms/r/links');
    expect(new Headers(browser.http.mock.calls[1]?.[1]?.headers).get('Authorization')).toBe('Bearer st');

    client.stop();
    await browser.open(bootAt(5, { session: false }), token);
    await vi.waitFor(() => expect(FakeSocket.all).toHaveLength(2));
    expect(browser.http).toHaveBeenCalledTimes(2);
  });

  test.each([
    [404, 'gone'],
    [401, 'expired'],
    [403, 'forbidden'],
  ] as const)('that is answered with %i stops the page: %s', async (status, why) => {
    browser.http.mockImplementation(async () => answer(status, { title: 'no' }));
    const client = await browser.open(bootAt(5, { session: false }), token);
    await vi.waitFor(() => expect(client.snapshot().conn).toMatchObject({ state: 'stopped', why }));
    expect(FakeSocket.all).toEqual([]);
  });

  test('is tried again while the server cannot be reached', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.9); // a wait that the look below does not pass
    browser.http
      .mockRejectedValueOnce(new TypeError('network'))
      .mockImplementation(async () => answer(200, joined));
    await browser.open(bootAt(5, { session: false }), token);
    await vi.waitFor(() => expect(browser.http).toHaveBeenCalledTimes(1));
    await wait(300);
    await vi.waitFor(() => expect(FakeSocket.all).toHaveLength(1));
  });

  test('lets a watcher join with a name, as a new client', async () => {
    browser.http.mockImplementation(async () => answer(200, { ...joined, me: null }));
    const client = await browser.open(bootAt(5, { session: false, me: null }), token);
    await vi.waitFor(() => expect(FakeSocket.all).toHaveLength(1));
    FakeSocket.last.accept({ ...welcomeAt(5), me: null });
    expect(client.snapshot().me).toBeNull();

    browser.http.mockImplementation(async () => answer(200, { ...joined, session_token: 'named' }));
    expect(await client.join({ name: 'Ann Lee', email: 'ann@northwind.example' })).toEqual({ ok: true });
    expect(client.snapshot().me?.id).toBe('ann');
    await wait(10);
    FakeSocket.last.open();
    expect(FakeSocket.all).toHaveLength(2);
    expect(FakeSocket.last.of('hello')[0]?.token).toBe('named');
    expect(FakeSocket.last.of('hello')[0]?.client).not.toBe(FakeSocket.all[0]?.of('hello')[0]?.client);
  });

  test('says why a name was not taken', async () => {
    const client = await browser.open(bootAt(5, { me: null }), token);
    browser.http.mockImplementation(async () =>
      answer(422, { title: 'Invalid', detail: 'name is missing', field: 'name' }),
    );
    expect(await client.join({ name: '' })).toEqual({ ok: false, message: 'name is missing', field: 'name' });
    browser.http.mockRejectedValue(new TypeError('network'));
    expect(await client.join({ name: 'x' })).toMatchObject({
      ok: false,
      message: expect.stringContaining('cannot be reached'),
    });
  });

  test('that the page calls gone shows its notice and connects to nothing', async () => {
    const client = await browser.open(bootAt(0, { notice: { kind: 'gone' }, streams: [] }), token);
    expect(client.snapshot().conn).toMatchObject({ state: 'stopped', why: 'gone' });
    expect(FakeSocket.all).toEqual([]);
    expect(browser.http).not.toHaveBeenCalled();
  });
});
