import { randomUUID } from 'node:crypto';
import type { Page } from '@playwright/test';
import { faults } from './support/axe.ts';
import { sitDown, sitTogether } from './support/couple.ts';
import { connection, enterTitle, milestoneId, row, title } from './support/room.ts';
import { ORIGIN } from './support/server.ts';
import { expect, test } from './support/test.ts';

test('a link from the dialog works, asks for a name at the first write, and ends when it is taken back', async ({
  server,
  sit,
}) => {
  const { room, seller } = await sitTogether(server, sit);
  await seller.page.getByRole('button', { name: 'Share' }).click();
  const dialog = seller.page.getByRole('dialog', { name: /^Share/ });
  await dialog.getByRole('button', { name: 'Make link' }).click();
  const url = await dialog.getByLabel('The new link').inputValue();
  expect(url).toMatch(new RegExp(`^${ORIGIN}/join/`));

  const guest = await sit(url.replace(ORIGIN, ''));
  await connection(guest.page, 'live');
  const id = await milestoneId(guest.page, 'Security review');
  await enterTitle(guest.page, id, 'Security review in May');
  const question = guest.page.getByRole('dialog', { name: 'Who are you?' });
  await question.getByLabel('Your name').fill('Lena Brandt');
  await question.getByRole('button', { name: 'Continue' }).click();
  await expect(title(seller.page, id)).toHaveText('Security review in May');
  await expect(title(guest.page, id)).toHaveText('Security review in May');
  await expect(seller.page.getByLabel('In the room now').getByTitle('Lena Brandt')).toBeVisible();

  const session = await sessionOf(guest.page);
  expect((await server.ask('GET', `/api/v1/rooms/${room}`, undefined, session)).status).toBe(200);
  await dialog
    .getByRole('listitem')
    .filter({ hasText: 'by Priya Nair' })
    .getByRole('button', { name: 'Revoke' })
    .click();

  await expect(guest.page.getByRole('heading', { name: 'This link no longer works' })).toBeVisible({
    timeout: 2_000,
  });
  await expect(guest.page.getByText('Security review')).toHaveCount(0);
  expect((await server.ask('GET', `/api/v1/rooms/${room}`, undefined, session)).status).toBe(404);
  const reloaded = await guest.page.reload();
  await expect(guest.page.getByRole('heading', { name: /is not here|no longer works/ })).toBeVisible();
  expect(await reloaded?.text()).not.toContain('Security review');
});

test('people who may not share have a calendar of their own, which an owner sees and ends', async ({
  server,
  sit,
}) => {
  const { seller, buyer } = await sitTogether(server, sit);
  const open = async (page: Page) => {
    await page.getByRole('button', { name: 'Share' }).click();
    return page.getByRole('dialog', { name: /^Share/ });
  };
  const marcs = await open(buyer.page);
  await marcs.getByLabel('What the calendar has').selectOption('The whole plan');
  await marcs.getByRole('button', { name: 'Make calendar address' }).click();
  await expect(marcs.getByLabel('Your calendar address')).toBeFocused();
  const url = await marcs.getByLabel('Your calendar address').inputValue();
  const read = () => server.ask('GET', url.replace(ORIGIN, ''), undefined, '');
  expect(await (await read()).text()).toContain('SUMMARY:Security review');
  await expect(marcs.getByRole('link', { name: 'Open in calendar' })).toHaveAttribute('href', /^webcal:/);
  expect(await faults(buyer.page)).toEqual([]);

  const priyas = await open(seller.page);
  await priyas.getByRole('tab', { name: 'Calendar and print' }).click();
  await expect(priyas.getByRole('list', { name: 'Calendar addresses' })).toContainText(
    /Marc Olsen.*last used/s,
  );
  await priyas.getByRole('button', { name: 'End the calendar address of Marc Olsen' }).click();
  await expect(priyas.getByText('Marc Olsen')).toHaveCount(0);
  expect((await read()).status).toBe(404);
});

test('a link that never was shows a notice page and no plan', async ({ sit }) => {
  const { page } = await sit(`/join/parley_${'a'.repeat(32)}`);

  await expect(page.getByRole('heading', { name: 'This room is not here' })).toBeVisible();
});

test('what is private to one company never reaches a browser of the other, nor of a watcher', async ({
  server,
  sit,
}) => {
  const room = await server.room();
  const seller = await sitDown(server, sit, room, 'seller', 'Priya Nair', 'owner');
  const { page } = seller;
  const shared = await milestoneId(page, 'Security review');
  const phase = (await page.locator('[data-row]').first().getAttribute('data-row')) ?? '';
  const own = randomUUID();
  // A half of it is there before the others come, the other half happens in front of them.
  const secrets = (n: number) =>
    [
      {
        kind: 'milestone.add',
        id: n === 0 ? own : randomUUID(),
        set: { phase, title: `Canary milestone ${n}` },
      },
      { kind: 'task.add', id: randomUUID(), set: { milestone: shared, title: `Canary task ${n}` } },
      {
        kind: 'comment.add',
        id: randomUUID(),
        set: { on: { entity: 'milestone', id: shared }, body: `Canary note ${n}` },
      },
      { kind: 'room.update', set: { crm_ref: `Canary reference ${n}` } },
    ] as const;
  await server.submit(room, seller.session, secrets(0), 'seller');

  const heard: Buffer[][] = [[], []];
  const marc = await sitDown(server, sit, room, 'buyer', 'Marc Olsen', 'owner', {
    before: (page) => record(page, heard[0] as Buffer[]),
  });
  const watching = await server.link(room, 'none', 'viewer');
  const watcher = await sit(`${watching.path}/plan`, {
    before: (page) => record(page, heard[1] as Buffer[]),
  });
  await connection(watcher.page, 'live');
  await server.submit(room, seller.session, secrets(1), 'seller');
  const canary = page.locator('[data-testid^="row-"]').filter({ hasText: 'Canary milestone' });
  await expect(canary).toHaveCount(2);
  await row(page, own).focus();
  await page.keyboard.press('F2');
  await page.keyboard.type('Canary draft');
  await page.keyboard.press('Escape');
  await enterTitle(page, shared, 'Everybody may read this');

  for (const [i, seat] of [marc, watcher].entries()) {
    await expect(row(seat.page, shared)).toContainText('Everybody may read this');
    const bytes = Buffer.concat(heard[i] as Buffer[]).toString('utf8');
    expect(bytes, 'the recorder hears the page and the socket').toContain('Technical evaluation');
    expect(bytes).toContain('Everybody may read this');
    expect(bytes).not.toMatch(/canary/i);
    expect(await seat.page.content()).not.toMatch(/canary/i);
  }
});

/** record keeps every byte that a browser receives. */
function record(page: Page, into: Buffer[]): void {
  page.on('response', (response) => {
    void response.body().then(
      (body) => into.push(body),
      () => undefined, // a redirect, or a page that was left, has no body
    );
  });
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => into.push(Buffer.from(payload))),
  );
}

/** sessionOf returns the session token that a page keeps. */
async function sessionOf(page: Page): Promise<string> {
  const token = await page.evaluate(() => {
    const key = Object.keys(localStorage).find((name) => name.startsWith('parley:session:'));
    return key === undefined ? null : localStorage.getItem(key);
  });
  expect(token).toMatch(/^parley_/);
  return token ?? '';
}
