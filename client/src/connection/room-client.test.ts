import { describe, expect, test, vi } from 'vitest';
import { predict } from '../replica/predict';
import { commit, commits, fakeBrowser, setTitle, titleOf, wait } from './testing/browser';
import { answer, bootAt, FakeSocket, welcomeAt } from './testing/fakes';

const browser = fakeBrowser();

describe('a room', () => {
  test('shows the page’s plan before any connection, and greets with where it stands', async () => {
    const client = await browser.open();

    expect(titleOf(client)).toBe('Legal review');
    expect(client.snapshot().conn).toEqual({ state: 'reconnecting', queued: 0, wasLive: false });
    FakeSocket.last.open();
    expect(FakeSocket.last.protocol).toBe('parley.v1');
    expect(FakeSocket.last.url).toMatch(/^ws:\/\/.*\/api\/v1\/rooms\/.*\/live$/);
    expect(FakeSocket.last.sent).toEqual([
      {
        t: 'hello',
        v: 1,
        client: expect.stringMatching(/^[0-9a-f-]{36}$/),
        streams: { shared: { epoch: 'e1', rev: 5 } },
      },
    ]);
  });

  test('shows an edit at once, marks it until it is acked, and keeps it until its commit', async () => {
    const client = await browser.live();
    setTitle(client, 'Contract');

    expect(titleOf(client)).toBe('Contract');
    expect([...client.snapshot().pendingFields]).toEqual(['milestone/m1/title']);
    expect(client.snapshot().conn.queued).toBe(1);
    const [op] = FakeSocket.last.of('op');
    expect(op).toMatchObject({ stream: 'shared', seq: 1, base: 5 });

    FakeSocket.last.says({ t: 'ack', stream: 'shared', seq: 1, rev: 6 });
    expect(client.snapshot().pendingFields.size).toBe(0);
    expect(titleOf(client)).toBe('Contract');

    const own = FakeSocket.last.of('hello')[0]?.client ?? '';
    FakeSocket.last.says(commits(commit(6, 'Contract', { client: own, seq: 1, by: 'ann' })));
    expect(titleOf(client)).toBe('Contract');
    expect(client.snapshot().canUndo).toBe(true);
    expect(client.snapshot().activity.map((item) => item.rev)).toEqual([6]);
  });

  test('keeps and sends an op that it cannot show yet, and shows it once it can', async () => {
    let arrive = (_: typeof predict): void => undefined;
    const failure = () => Promise.reject(new Error('no network'));
    const success = () => new Promise<typeof predict>((resolve) => (arrive = resolve));
    const attempts = [failure, success];
    const client = await browser.open(bootAt(5), null, { predict: () => (attempts.shift() ?? failure)() });
    FakeSocket.last.accept(welcomeAt(5));

    setTitle(client, 'Contract');
    expect(FakeSocket.last.of('op')).toHaveLength(1);
    expect(client.snapshot().conn.queued).toBe(1);
    expect(titleOf(client)).toBe('Legal review');

    arrive(predict);
    await wait(0);
    expect(titleOf(client)).toBe('Contract');
    expect([...client.snapshot().pendingFields]).toEqual(['milestone/m1/title']);
    expect(attempts).toEqual([]);
  });

  test('tells its listeners once per task', async () => {
    const client = await browser.live();
    const told = vi.fn();
    await wait(0);
    const end = client.subscribe(told);

    setTitle(client, 'A');
    setTitle(client, 'B');
    await wait(0);
    expect(told).toHaveBeenCalledTimes(1);

    end();
    setTitle(client, 'C');
    await wait(0);
    expect(told).toHaveBeenCalledTimes(1);
  });

  test('keeps the identity of the snapshot and of what did not change', async () => {
    const client = await browser.live();
    const before = client.snapshot();
    expect(client.snapshot()).toBe(before);

    FakeSocket.last.says({ t: 'presence', watching: 3 });
    expect(client.snapshot()).not.toBe(before);
    expect(client.snapshot().view).toBe(before.view);
    expect(client.snapshot().watching).toBe(3);
  });

  test('says at the field what was refused, with the person’s own text', async () => {
    const client = await browser.live();
    setTitle(client, 'X');
    FakeSocket.last.says({
      t: 'reject',
      stream: 'shared',
      seq: 1,
      code: 'forbidden',
      message: 'you can comment only',
    });

    expect(titleOf(client)).toBe('Legal review');
    const [notice] = client.snapshot().notices;
    expect(notice).toMatchObject({
      kind: 'reject',
      entity: 'milestone',
      record: 'm1',
      field: 'title',
      code: 'forbidden',
      mine: 'X',
      theirs: 'Legal review',
      op: { kind: 'milestone.update' },
    });

    setTitle(client, 'Y'); // editing it again answers the notice
    expect(client.snapshot().notices).toEqual([]);
  });

  test('tells whoever was overwritten, and nobody else', async () => {
    const client = await browser.live();
    FakeSocket.last.says(
      commits(
        commit(6, 'Theirs', { over: { title: { by: 'ann', rev: 5, value: 'Mine' } } }),
        commit(7, 'Others', { over: { title: { by: 'someone', rev: 6, value: 'Theirs' } } }),
      ),
    );

    expect(client.snapshot().notices).toHaveLength(1);
    expect(client.snapshot().notices[0]).toMatchObject({
      kind: 'over',
      mine: 'Mine',
      theirs: 'Theirs',
      by: 'marc',
      rev: 6,
    });
    client.dismiss(client.snapshot().notices[0]?.id ?? '');
    expect(client.snapshot().notices).toEqual([]);
  });

  test('refuses here what no frame could hold', async () => {
    const client = await browser.live();
    client.propose('shared', {
      kind: 'milestone.update',
      id: 'm1',
      set: { description: 'ä'.repeat(40_000) },
    });

    expect(FakeSocket.last.of('op')).toEqual([]);
    expect(client.snapshot().notices[0]).toMatchObject({ code: 'limit', field: 'description', record: 'm1' });
  });

  test('marks what others changed in the page’s timeline', async () => {
    const mark = vi.fn();
    vi.stubGlobal('performance', { mark });
    await browser.live();
    FakeSocket.last.says(commits(commit(6, 'Theirs')));

    expect(mark).toHaveBeenCalledWith('remote-applied:6');
  });

  test('starts another day at the room’s midnight', async () => {
    const client = await browser.open(bootAt(5, { now: '2026-10-22T21:59:00Z' }));
    expect(client.snapshot().view.today).toBe('2026-10-22');
    await wait(61_000 + 30_000);
    expect(client.snapshot().view.today).toBe('2026-10-23'); // 22:00 UTC is midnight in Oslo
  });
});

describe('a snapshot by address', () => {
  test('is fetched as this session, and what came meanwhile is not lost', async () => {
    const client = await browser.open(bootAt(5), null);
    let respond: (response: Response) => void = () => {};
    browser.http.mockImplementationOnce(() => new Promise((resolve) => (respond = resolve)));
    FakeSocket.last.open();
    const { resumed: _, ...entry } = welcomeAt(90).streams[0] ?? { resumed: true };
    FakeSocket.last.says({ ...welcomeAt(90), streams: [{ ...entry, snapshot_url: '/snap' } as never] });
    setTitle(client, 'Mine');
    FakeSocket.last.says(commits(commit(91, 'Later')));
    expect(FakeSocket.last.of('op')).toEqual([]);

    respond(
      answer(200, {
        stream: 'shared',
        epoch: 'e1',
        rev: 90,
        seq: 0,
        snapshot: bootAt(90).streams[0]?.snapshot,
      }),
    );
    await wait(0);
    expect(browser.http).toHaveBeenCalledWith('/snap', expect.anything());
    expect(FakeSocket.last.of('join')).toEqual([]);
    expect(FakeSocket.last.of('op')).toHaveLength(1);
    expect(titleOf(client)).toBe('Mine');
    expect(client.snapshot().activity[0]?.rev).toBe(91);
  });

  test('is asked for again when that failed', async () => {
    await browser.open(bootAt(5), null);
    browser.http.mockImplementation(async () => answer(503, {}));
    FakeSocket.last.open();
    const { resumed: _, ...entry } = welcomeAt(90).streams[0] ?? { resumed: true };
    FakeSocket.last.says({ ...welcomeAt(90), streams: [{ ...entry, snapshot_url: '/snap' } as never] });
    await wait(2_500);
    expect(browser.http.mock.calls.length).toBeGreaterThanOrEqual(3);
  });
});

describe('activity', () => {
  test('goes further back through the API', async () => {
    const older = (rev: number) => ({ ...commit(rev, 'x'), at: `2026-10-2${rev}T10:00:00.000000Z` });
    const boot = bootAt(2, { activity: [{ stream: 'shared', ...older(2) }] });
    const client = await browser.open(boot);
    FakeSocket.last.accept(welcomeAt(2));
    expect(client.snapshot().activityMore).toBe(true);

    browser.http.mockImplementation(async () =>
      answer(200, { stream: 'shared', epoch: 'e1', commits: [older(1)] }),
    );
    await client.loadActivity();
    expect(browser.http.mock.calls[0]?.[0]).toBe(
      `/api/v1/rooms/${boot.room}/activity?stream=shared&after=0&limit=50`,
    );
    expect(client.snapshot().activity.map((item) => item.rev)).toEqual([2, 1]);
    expect(client.snapshot().activityMore).toBe(false);
  });
});
