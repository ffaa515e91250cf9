import { beforeEach, expect, test, vi } from 'vitest';
import type { WelcomeFrame } from '../replica/frames';
import type { Me, Op, Snapshot } from '../replica/types';
import type { RoomClient } from './room-client';
import { fakeBrowser, wait } from './testing/browser';
import { ANN, answer, bootAt, FakeSocket, welcomeAt } from './testing/fakes';
import type { Boot } from './types';

const TOKEN = 'parley_mfrggzdfmztwq2lkmfrggzdfmztwq2lk';
const MARC: Me = { id: 'marc', name: 'Marc Olsen', side: 'buyer', access: 'editor' };
const NOTES: Snapshot = {
  entities: {
    milestone: [{ id: 'x1', phase: 'p1', title: 'Discount', visibility: 'seller_only', pos: 'a1' }],
  },
};
const PRIVATE: Op = { kind: 'milestone.update', id: 'x1', set: { title: 'Private' } };
const SHARED: Op = { kind: 'milestone.update', id: 'm1', set: { title: 'Hers' } };

const browser = fakeBrowser();
beforeEach(() => {
  browser.http.mockImplementation(async () => answer(200, { session_token: 'st', room: 'r', me: ANN }));
});

let page: RoomClient | undefined;

/** load is a page load in this tab, after which the tab has one socket more. */
async function load(boot: Boot, token: string | null = null): Promise<RoomClient> {
  page?.stop();
  await wait(0);
  const sockets = FakeSocket.all.length;
  page = await browser.open(boot, token);
  await vi.waitFor(() => expect(FakeSocket.all).toHaveLength(sockets + 1));
  return page;
}

function withNotes(frame: WelcomeFrame): WelcomeFrame {
  const notes = { stream: 'seller', epoch: 'e1', rev: 3, seq: 0, snapshot: NOTES } as const;
  return { ...frame, streams: [...frame.streams, notes] };
}

async function annTypes(...ops: Op[]): Promise<FakeSocket> {
  const client = await load(bootAt(5));
  const socket = FakeSocket.last;
  socket.accept(withNotes(welcomeAt(5)));
  for (const op of ops) client.propose(op === PRIVATE ? 'seller' : 'shared', op);
  expect(socket.of('op')).toHaveLength(ops.length);
  return socket;
}

const plainLink = bootAt(5, { me: null, session: false });

test('a private edit goes on after a reload through a plain side link', async () => {
  const before = await annTypes(PRIVATE);
  const after = await load(plainLink, TOKEN);
  expect(after.snapshot().conn.queued).toBe(1);

  FakeSocket.last.accept(withNotes(welcomeAt(5)));
  expect(FakeSocket.last.of('op')).toEqual(before.of('op'));
  expect(after.snapshot().view.milestones.get('x1')?.title).toBe('Private');
  expect(after.snapshot().notices).toEqual([]);
});

test('a private edit is given back when its stream stays closed', async () => {
  await annTypes(PRIVATE);
  const after = await load(plainLink, TOKEN);
  FakeSocket.last.accept(welcomeAt(5));

  expect(after.snapshot().notices).toMatchObject([{ code: 'forbidden', mine: 'Private', op: PRIVATE }]);
  expect(after.snapshot().conn.queued).toBe(0);
  expect([...browser.session.items.values()].join()).not.toContain('Private');
});

test('another person in the same tab sends nothing of the first one’s', async () => {
  await annTypes(SHARED, PRIVATE);
  const after = await load(bootAt(5, { me: MARC }));
  FakeSocket.last.accept({ ...welcomeAt(5), me: MARC });
  await wait(10);
  FakeSocket.last.accept({ ...welcomeAt(5), me: MARC }); // as a client of his own

  const message =
    'This was typed as Ann Lee; you are here as Marc Olsen now. Copy your text to send it yourself.';
  expect(after.snapshot().notices).toMatchObject([
    { code: 'forbidden', message, record: 'm1', mine: 'Hers', op: SHARED },
    { code: 'forbidden', message, record: 'x1', mine: 'Private', op: PRIVATE },
  ]);
  expect(FakeSocket.all).toHaveLength(3);
  expect(FakeSocket.all.slice(1).flatMap((socket) => socket.of('op'))).toEqual([]);

  after.propose('shared', { ...SHARED, set: { title: 'His' } });
  expect(FakeSocket.last.of('op')).toMatchObject([{ seq: 1, op: { set: { title: 'His' } } }]);
});
