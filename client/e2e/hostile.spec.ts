import { randomUUID } from 'node:crypto';
import type { Page } from '@playwright/test';
import { type Person, sitDown } from './support/couple.ts';
import { connection, milestoneId } from './support/room.ts';
import { daysFromToday, OWNER, type RunningServer } from './support/server.ts';
import { expect, test } from './support/test.ts';

const MARK = 'hostilemark';
/** Markup that would run, or leave an element behind, wherever text is taken for more than text. */
const TEXT = `${MARK}</title></script><script>ran=1</script><img src=x onerror=ran=1><svg onload=ran=1></svg>"'onfocus=ran=1 <a href="javascript:ran=1">{{.}}</a>`;
const TABS = ['overview', 'plan', 'timeline', 'people', 'activity'] as const;

declare global {
  interface Window {
    ran?: number;
    blocked?: string[];
  }
}

/** watchful counts what the content security policy had to stop: nothing, when text is text. */
function watchful(page: Page): void {
  page.on('dialog', (dialog) => void dialog.dismiss().then(() => Promise.reject(new Error('a dialog'))));
  void page.addInitScript(() => {
    window.blocked = [];
    addEventListener('securitypolicyviolation', (event) =>
      window.blocked?.push(`${event.violatedDirective} ${event.blockedURI}`),
    );
  });
}

/** harmless says that the page shows the text, and that it is nothing but text. */
async function harmless(page: Page, where: string): Promise<void> {
  await expect(page.locator('body'), where).toContainText(`${MARK}</title></script><script>ran=1`);
  const made = page.locator(
    'img[src="x"], script:not([src]):not([type="application/json"]), svg[onload], [onerror], [onfocus], a[href^="javascript:" i]',
  );
  await expect(made, where).toHaveCount(0);
  const outcome = await page.evaluate(() => [window.ran ?? 0, ...(window.blocked ?? [])]);
  expect(outcome, where).toEqual([0]);
}

const CLIENT = randomUUID();

/** fill writes the text into every text field that a plan has. */
async function fill(
  server: RunningServer,
  room: string,
  { session, id }: Person,
  milestone: string,
): Promise<void> {
  const plan = await server.api<{ snapshot: { entities: { phase: { id: string }[] } } }>(
    'GET',
    `/api/v1/rooms/${room}/snapshot?stream=shared`,
    undefined,
    session,
  );
  const [phase] = plan.snapshot.entities.phase;
  const on = { entity: 'milestone', id: milestone } as const;
  const say = (set: Readonly<Record<string, unknown>>) => ({ id: randomUUID(), set });
  const ops = [
    {
      kind: 'room.update',
      set: { name: TEXT, buyer_company: TEXT, seller_company: TEXT, purpose: TEXT, compelling_event: TEXT },
    },
    { kind: 'participant.update', id, set: { company: TEXT, role: TEXT } },
    {
      kind: 'participant.add',
      ...say({ name: TEXT, side: 'buyer', access: 'editor', company: TEXT, role: TEXT }),
    },
    { kind: 'role_slot.add', ...say({ side: 'buyer', label: TEXT }) },
    { kind: 'phase.update', id: phase?.id, set: { name: TEXT } },
    { kind: 'milestone.reschedule', id: milestone, due: daysFromToday(3), push: true, reason: TEXT },
    {
      kind: 'milestone.update',
      id: milestone,
      set: { title: TEXT, description: TEXT, status: 'blocked', blocked_reason: TEXT, seller_owner: id },
    },
    { kind: 'criterion.add', ...say({ milestone, text: TEXT, measure: TEXT, target: TEXT }) },
    { kind: 'task.add', ...say({ milestone, title: TEXT, owner: id }) },
    { kind: 'comment.add', ...say({ on, body: TEXT }) },
    { kind: 'baseline.add', name: TEXT },
  ];
  for (const [seq, op] of ops.entries())
    await server.api(
      'POST',
      `/api/v1/rooms/${room}/ops`,
      { client: CLIENT, seq: seq + 1, stream: 'shared', op },
      session,
    );
  await server.api(
    'POST',
    `/api/v1/rooms/${room}/ops`,
    {
      client: CLIENT,
      seq: 1,
      stream: 'seller',
      op: {
        kind: 'room.update',
        set: { crm_ref: TEXT },
      },
    },
    session,
  );
}

test('what people type is text on every page, whatever it looks like', async ({ server, sit }) => {
  const room = await server.room();
  const seller = await sitDown(server, sit, room, 'seller', TEXT, 'owner', { before: watchful });
  const milestone = await milestoneId(seller.page, 'Kick-off');
  await fill(server, room, seller, milestone);
  const base = new URL(seller.page.url()).pathname.split('/').slice(0, 3).join('/');
  for (const tab of TABS) {
    await seller.page.goto(`${base}/${tab}`);
    await connection(seller.page, 'live');
    await harmless(seller.page, tab);
  }
  await seller.page.goto(`${base}/plan?m=${milestone}`);
  await connection(seller.page, 'live');
  await harmless(seller.page, 'a milestone’s panel');

  const make = (path: string, body: unknown) => server.api<{ url: string }>('POST', path, body);
  const { url } = await make(`/api/v1/rooms/${room}/links`, { side: 'none', label: TEXT });
  const watched = new URL(url).pathname;
  const watcher = await sit(`${watched}/plan`, { before: watchful });
  for (const tab of TABS) {
    await watcher.page.goto(`${watched}/${tab}`);
    await harmless(watcher.page, `watching ${tab}`);
  }
  for (const path of [`${watched}/onepager`, `/e${watched}`]) {
    await watcher.page.goto(path);
    await harmless(watcher.page, path.replace(watched, '…'));
  }

  const door = await make(`/api/v1/rooms/${room}/links`, {
    side: 'buyer',
    door: 'named',
    domains: ['acme.example'],
    label: TEXT,
  });
  const token = new URL(door.url).pathname.split('/').at(-1);
  const question = { token, name: TEXT, email: 'eve@evil.example', message: TEXT };
  expect((await server.ask('POST', '/api/v1/door/request', question, seller.session)).status).toBe(202);
  await make('/api/v1/portals', { name: TEXT, origins: ['https://portal.acme.example'] });
  await make('/api/v1/keys', { name: TEXT, scopes: ['rooms:read'] });
  await watcher.page.goto('/signin');
  server.provider.person = { sub: '1', email: OWNER, name: 'Priya Nair' };
  await watcher.page.getByRole('button', { name: 'Continue with Northwind ID' }).click();
  await watcher.page.getByRole('heading', { name: 'Rooms' }).waitFor();
  for (const page of ['', 'requests', 'links', 'portals', 'keys', 'audit', `rooms/${room}`]) {
    await watcher.page.goto(page === '' ? '/' : `/settings/${page}`);
    await harmless(watcher.page, page === '' ? 'the list of rooms' : `settings: ${page}`);
  }
  await watcher.page.goto(`/r/${room}`);
  await connection(watcher.page, 'live');
  await watcher.page.goto(`/r/${room}/onepager`);
  await harmless(watcher.page, 'the sheet');
});
