import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { predict } from '../replica/predict';
import type { Commit } from '../replica/types';
import { RoomClient } from './room-client';
import {
  ANN,
  answer,
  bootAt,
  FakeChannel,
  FakeLocks,
  FakePage,
  FakeSocket,
  FakeStorage,
  welcomeAt,
} from './testing/fakes';
import type { Boot } from './types';

let session: FakeStorage;
let local: FakeStorage;
let locks: FakeLocks;
let page: FakePage;
let clients: RoomClient[];
const http = vi.fn<typeof fetch>();

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 9, 22, 10) });
  FakeSocket.all = [];
  session = new FakeStorage();
  local = new FakeStorage();
  locks = new FakeLocks();
  page = new FakePage();
  clients = [];
  http.mockReset();
  http.mockImplementation(async () => answer(404, {}));
  vi.stubGlobal('sessionStorage', session);
  vi.stubGlobal('localStorage', local);
  vi.stubGlobal('navigator', { locks });
  vi.stubGlobal('window', page);
  vi.stubGlobal('document', page);
});

afterEach(() => {
  for (const client of clients) client.stop();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function open(
  boot: Boot = bootAt(5),
  token: string | null = null,
  foresee = async () => predict,
): Promise<RoomClient> {
  const client = new RoomClient({
    boot,
    token,
    predict: foresee,
    fetch: http,
    WebSocket: FakeSocket as unknown as typeof WebSocket,
  });
  clients.push(client);
  client.start();
  await vi.advanceTimersByTimeAsync(0);
  return client;
}

async function live(rev = 5): Promise<RoomClient> {
  const client = await open(bootAt(rev));
  FakeSocket.last.accept(welcomeAt(rev));
  return client;
}

function setTitle(client: RoomClient, title: string): void {
  client.propose('shared', { kind: 'milestone.update', id: 'm1', set: { title } });
}

function titleOf(client: RoomClient): string | undefined {
  return client.snapshot().view.milestones.get('m1')?.title;
}

function commit(rev: number, title: string, more: Partial<Commit> = {}): Commit {
  return {
    rev,
    by: 'marc',
    at: '2026-10-22T10:00:01.000000Z',
    kind: 'milestone.update',
    changes: [{ entity: 'milestone', id: 'm1', set: { title }, was: { title: 'Legal review' } }],
    ...more,
  };
}

function commits(...list: Commit[]) {
  const [from, to] = [list[0]?.rev ?? 0, list.at(-1)?.rev ?? 0];
  return { t: 'commits', stream: 'shared', epoch: 'e1', from, to, commits: list } as const;
}

async function wait(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

describe('a room', () => {
  test('shows the page’s plan before any connection, and greets with where it stands', async () => {
    const client = await open();

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
    const client = await live();
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
    const client = await open(bootAt(5), null, () => (attempts.shift() ?? failure)());
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
    const client = await live();
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
    const client = await live();
    const before = client.snapshot();
    expect(client.snapshot()).toBe(before);

    FakeSocket.last.says({ t: 'presence', watching: 3 });
    expect(client.snapshot()).not.toBe(before);
    expect(client.snapshot().view).toBe(before.view);
    expect(client.snapshot().watching).toBe(3);
  });

  test('says at the field what was refused, with the person’s own text', async () => {
    const client = await live();
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
    const client = await live();
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
    const client = await live();
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
    await live();
    FakeSocket.last.says(commits(commit(6, 'Theirs')));

    expect(mark).toHaveBeenCalledWith('remote-applied:6');
  });

  test('starts another day at the room’s midnight', async () => {
    const client = await open(bootAt(5, { now: '2026-10-22T21:59:00Z' }));
    expect(client.snapshot().view.today).toBe('2026-10-22');
    await wait(61_000 + 30_000);
    expect(client.snapshot().view.today).toBe('2026-10-23'); // 22:00 UTC is midnight in Oslo
  });
});

describe('a snapshot by address', () => {
  test('is fetched as this session, and what came meanwhile is not lost', async () => {
    const client = await open(bootAt(5), null);
    let respond: (response: Response) => void = () => {};
    http.mockImplementationOnce(() => new Promise((resolve) => (respond = resolve)));
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
    expect(http).toHaveBeenCalledWith('/snap', expect.anything());
    expect(FakeSocket.last.of('join')).toEqual([]);
    expect(FakeSocket.last.of('op')).toHaveLength(1);
    expect(titleOf(client)).toBe('Mine');
    expect(client.snapshot().activity[0]?.rev).toBe(91);
  });

  test('is asked for again when that failed', async () => {
    await open(bootAt(5), null);
    http.mockImplementation(async () => answer(503, {}));
    FakeSocket.last.open();
    const { resumed: _, ...entry } = welcomeAt(90).streams[0] ?? { resumed: true };
    FakeSocket.last.says({ ...welcomeAt(90), streams: [{ ...entry, snapshot_url: '/snap' } as never] });
    await wait(2_500);
    expect(http.mock.calls.length).toBeGreaterThanOrEqual(3);
  });
});

describe('a tab', () => {
  test('goes on after a reload: same client, same seq, same op', async () => {
    const before = await live();
    setTitle(before, 'Contract');
    const first = FakeSocket.last;
    before.stop();
    await wait(0);

    const after = await open(bootAt(5));
    expect(titleOf(after)).toBe('Contract');
    FakeSocket.last.accept(welcomeAt(5));
    expect(FakeSocket.last.of('hello')[0]?.client).toBe(first.of('hello')[0]?.client);
    expect(FakeSocket.last.of('op')).toEqual(first.of('op'));
  });

  test('that was reloaded after the op was processed learns the verdict', async () => {
    const before = await live();
    setTitle(before, 'Contract');
    before.stop();
    await wait(0);

    const after = await open(bootAt(6));
    FakeSocket.last.accept(welcomeAt(6, { seq: 1 }));
    FakeSocket.last.says({ t: 'ack', stream: 'shared', seq: 1, rev: 6 });
    expect(after.snapshot().conn.queued).toBe(0);
    expect(after.snapshot().pendingFields.size).toBe(0);
  });

  test('that is a duplicate gets its own client and leaves the pending ops to the first', async () => {
    const first = await live();
    setTitle(first, 'Contract');
    const firstSocket = FakeSocket.last;
    const copy = session.copy();
    vi.stubGlobal('sessionStorage', copy);

    const second = await open(bootAt(5));
    expect(FakeSocket.last).toBe(firstSocket); // it waits a moment for the name
    await wait(1_000);
    FakeSocket.last.accept(welcomeAt(5));
    expect(FakeSocket.last).not.toBe(firstSocket);
    expect(FakeSocket.last.of('hello')[0]?.client).not.toBe(firstSocket.of('hello')[0]?.client);
    expect(FakeSocket.last.of('op')).toEqual([]);
    expect(titleOf(second)).toBe('Legal review');
    expect([...session.items.values()].join()).toContain('Contract');
  });

  test('without locks, on a plain http page, is told by the first that it is a duplicate', async () => {
    vi.stubGlobal('navigator', {});
    vi.stubGlobal('BroadcastChannel', FakeChannel);
    const first = await live();
    setTitle(first, 'Contract');
    vi.stubGlobal('sessionStorage', session.copy());
    await open(bootAt(5));
    await wait(200);
    const [one, two] = FakeSocket.all;
    two?.open();
    expect(two?.of('hello')[0]?.client).not.toBe(one?.of('hello')[0]?.client);

    first.stop();
    vi.stubGlobal('sessionStorage', session);
    const again = await open(bootAt(5)); // the first page is gone: this one goes on for it
    await wait(200);
    expect(titleOf(again)).toBe('Contract');
  });

  test('without any storage works, until it ends', async () => {
    session.broken = true;
    local.broken = true;
    const client = await live();
    setTitle(client, 'Contract');
    expect(FakeSocket.last.of('op')).toHaveLength(1);
    expect(titleOf(client)).toBe('Contract');
  });

  test('does not trust what it cannot read', async () => {
    session.items.set(`parley:client:${bootAt(5).room}`, '{"v":1,"client":"x","pending":[{}]');
    await open();
    expect(FakeSocket.all).toHaveLength(1);
  });

  test('whose client is no longer known goes on under another name', async () => {
    const client = await live();
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

describe('a link', () => {
  const token = 'parley_mfrggzdfmztwq2lkmfrggzdfmztwq2lk';
  const joined = { session_token: 'st', room: 'r', me: ANN };

  test('is exchanged for a session, which is kept and used from then on', async () => {
    http.mockImplementation(async () => answer(200, joined));
    const client = await open(bootAt(5, { session: false }), token);
    await vi.waitFor(() => expect(FakeSocket.all).toHaveLength(1));
    FakeSocket.last.open();

    expect(http).toHaveBeenCalledTimes(1);
    expect(http.mock.calls[0]?.[0]).toBe('/api/v1/join');
    expect(JSON.parse(String(http.mock.calls[0]?.[1]?.body))).toEqual({ token });
    expect(FakeSocket.last.of('hello')[0]?.token).toBe('st');
    expect([...local.items.keys()]).toEqual([expect.stringMatching(/^parley:session:[0-9a-f]{16}$/)]);
    expect([...local.items.keys()].join()).not.toContain(token);

    await client.api('/rooms/r/links');
    expect(new Headers(http.mock.calls[1]?.[1]?.headers).get('Authorization')).toBe('Bearer st');

    client.stop();
    await open(bootAt(5, { session: false }), token);
    await vi.waitFor(() => expect(FakeSocket.all).toHaveLength(2));
    expect(http).toHaveBeenCalledTimes(2);
  });

  test.each([
    [404, 'gone'],
    [401, 'expired'],
    [403, 'forbidden'],
  ] as const)('that is answered with %i stops the page: %s', async (status, why) => {
    http.mockImplementation(async () => answer(status, { title: 'no' }));
    const client = await open(bootAt(5, { session: false }), token);
    await vi.waitFor(() => expect(client.snapshot().conn).toMatchObject({ state: 'stopped', why }));
    expect(FakeSocket.all).toEqual([]);
  });

  test('is tried again while the server cannot be reached', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.9); // a wait that the look below does not pass
    http.mockRejectedValueOnce(new TypeError('network')).mockImplementation(async () => answer(200, joined));
    await open(bootAt(5, { session: false }), token);
    await vi.waitFor(() => expect(http).toHaveBeenCalledTimes(1));
    await wait(300);
    await vi.waitFor(() => expect(FakeSocket.all).toHaveLength(1));
  });

  test('lets a watcher join with a name, as a new client', async () => {
    http.mockImplementation(async () => answer(200, { ...joined, me: null }));
    const client = await open(bootAt(5, { session: false, me: null }), token);
    await vi.waitFor(() => expect(FakeSocket.all).toHaveLength(1));
    FakeSocket.last.accept({ ...welcomeAt(5), me: null });
    expect(client.snapshot().me).toBeNull();

    http.mockImplementation(async () => answer(200, { ...joined, session_token: 'named' }));
    expect(await client.join({ name: 'Ann Lee', email: 'ann@northwind.example' })).toEqual({ ok: true });
    expect(client.snapshot().me?.id).toBe('ann');
    await wait(10);
    FakeSocket.last.open();
    expect(FakeSocket.all).toHaveLength(2);
    expect(FakeSocket.last.of('hello')[0]?.token).toBe('named');
    expect(FakeSocket.last.of('hello')[0]?.client).not.toBe(FakeSocket.all[0]?.of('hello')[0]?.client);
  });

  test('says why a name was not taken', async () => {
    const client = await open(bootAt(5, { me: null }), token);
    http.mockImplementation(async () =>
      answer(422, { title: 'Invalid', detail: 'name is missing', field: 'name' }),
    );
    expect(await client.join({ name: '' })).toEqual({ ok: false, message: 'name is missing', field: 'name' });
    http.mockRejectedValue(new TypeError('network'));
    expect(await client.join({ name: 'x' })).toMatchObject({
      ok: false,
      message: expect.stringContaining('cannot be reached'),
    });
  });

  test('that the page calls gone shows its notice and connects to nothing', async () => {
    const client = await open(bootAt(0, { notice: { kind: 'gone' }, streams: [] }), token);
    expect(client.snapshot().conn).toMatchObject({ state: 'stopped', why: 'gone' });
    expect(FakeSocket.all).toEqual([]);
    expect(http).not.toHaveBeenCalled();
  });
});

describe('activity', () => {
  test('goes further back through the API', async () => {
    const older = (rev: number) => ({ ...commit(rev, 'x'), at: `2026-10-2${rev}T10:00:00.000000Z` });
    const boot = bootAt(2, { activity: [{ stream: 'shared', ...older(2) }] });
    const client = await open(boot);
    FakeSocket.last.accept(welcomeAt(2));
    expect(client.snapshot().activityMore).toBe(true);

    http.mockImplementation(async () => answer(200, { stream: 'shared', epoch: 'e1', commits: [older(1)] }));
    await client.loadActivity();
    expect(http.mock.calls[0]?.[0]).toBe(
      `/api/v1/rooms/${boot.room}/activity?stream=shared&after=0&limit=50`,
    );
    expect(client.snapshot().activity.map((item) => item.rev)).toEqual([2, 1]);
    expect(client.snapshot().activityMore).toBe(false);
  });
});
