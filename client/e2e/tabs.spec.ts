import type { Page } from '@playwright/test';
import { sitDown, sitTogether } from './support/couple.ts';
import { cell, connection, milestoneId, row } from './support/room.ts';
import { expect, test } from './support/test.ts';

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

const tab = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Room' }).getByRole('link', { name });

test('tabs are addresses: a step back goes back, the socket and the runway stay', async ({ server, sit }) => {
  const { seller } = await sitTogether(server, sit);
  const { page } = seller;
  let sockets = 0;
  page.on('websocket', () => (sockets += 1));
  await page.evaluate(() => document.querySelector('.runway')?.setAttribute('data-seen', ''));
  await expect(tab(page, 'Plan')).toHaveAttribute('aria-current', 'page');

  await tab(page, 'Activity').focus();
  await page.keyboard.press('Enter');

  await expect(page).toHaveURL(/\/join\/[^/]+\/activity$/);
  await expect(page).toHaveTitle('Activity · Northwind × Acme');
  await expect(tab(page, 'Activity')).toHaveAttribute('aria-current', 'page');
  await expect(tab(page, 'Activity')).toBeFocused();
  await expect(page.getByRole('treegrid')).toHaveCount(0);

  await page.goBack();
  await expect(page.getByRole('treegrid')).toBeVisible();
  await expect(tab(page, 'Plan')).toHaveAttribute('aria-current', 'page');
  await page.goForward();
  await expect(page.getByRole('treegrid')).toHaveCount(0);

  await expect(page.locator('.runway[data-seen]')).toHaveCount(1);
  expect(sockets).toBe(0);
  await page.reload();
  await connection(page, 'live');
  await expect(tab(page, 'Activity')).toHaveAttribute('aria-current', 'page');
});

test('a milestone has an address: it opens the panel, a step back closes it, focus and all', async ({
  server,
  sit,
}) => {
  const { seller } = await sitTogether(server, sit);
  const { page } = seller;
  const id = await milestoneId(page, 'Kick-off');
  const panel = page.getByRole('dialog', { name: 'Kick-off' });
  await cell(page, id, 'title').focus();
  await page.keyboard.press('Escape');
  await page.keyboard.press('e');
  await expect(panel).toBeVisible();
  await expect(page).toHaveURL(new RegExp(`\\?m=${id}$`));

  await page.goBack();
  await expect(panel).toHaveCount(0);
  await expect(row(page, id)).toBeFocused();

  await page.keyboard.press('e');
  await page.reload();
  await connection(page, 'live');
  await expect(panel).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(panel).toHaveCount(0);
  await expect(page).not.toHaveURL(/m=/);
  await expect(page.getByRole('treegrid')).toBeVisible();
});

test('a filter is part of the address', async ({ server, sit }) => {
  const room = await server.room();
  const { page } = await sitDown(server, sit, room, 'buyer', 'Marc Olsen');
  await page.getByRole('button', { name: /^Acme/ }).click();
  await expect(page).toHaveURL(/\?f=buyer$/);
  await page.reload();
  await connection(page, 'live');
  await expect(page.getByRole('button', { name: /^Acme/ })).toHaveAttribute('aria-pressed', 'true');
});

test('on a phone every tab is in reach, and a step back closes the sheet', async ({ server, sit }) => {
  const room = await server.room();
  const { page } = await sitDown(server, sit, room, 'buyer', 'Lena Brandt', 'editor', PHONE);
  const id = await milestoneId(page, 'Kick-off');
  await row(page, id).getByRole('button').tap();
  await expect(page.getByRole('dialog', { name: 'Kick-off' })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole('dialog')).toHaveCount(0);

  await tab(page, 'Activity').tap();
  await expect(page.getByText('made the plan')).toBeVisible();
  await expect(tab(page, 'Activity')).toBeInViewport({ ratio: 1 });
});

test('the first edit waits for nothing: what is typed before the editors have arrived is in them', async ({
  server,
  sit,
}) => {
  const room = await server.room();
  let letIn = (): void => undefined;
  const arrived = new Promise<void>((resolve) => {
    letIn = resolve;
  });
  const { page } = await sitDown(server, sit, room, 'seller', 'Priya Nair', 'owner', {
    before: (page) =>
      void page.route('**/tools.js', async (route) => {
        await arrived;
        await route.continue();
      }),
  });
  const id = await milestoneId(page, 'Kick-off');
  await cell(page, id, 'title').focus();
  await page.keyboard.type('First day');
  await expect(cell(page, id, 'title').locator('input')).toHaveCount(0);

  letIn();

  await expect(cell(page, id, 'title').locator('input')).toHaveValue('First day');
  await page.keyboard.type(' together');
  await page.keyboard.press('Enter');
  await expect(cell(page, id, 'title')).toContainText('First day together');
});
