import type { Page } from '@playwright/test';
import { faults } from './support/axe.ts';
import { sitDown, sitTogether } from './support/couple.ts';
import { cell, milestoneId, row, typeTitle } from './support/room.ts';
import { expect, test } from './support/test.ts';

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true } as const;

const bar = (page: Page) => page.locator('[data-present]');
const go = (page: Page, tab: string) =>
  page.getByRole('navigation', { name: 'Room' }).getByRole('link', { name: tab }).click();

const isAt = (page: Page, tab: string) =>
  expect(page.getByRole('link', { name: tab, exact: true })).toHaveAttribute('aria-current', 'page');

test('who presents is followed to a tab and to a row, on a desktop and a phone; a scroll leaves, a click comes back', async ({
  server,
  sit,
}) => {
  const { room, seller, buyer } = await sitTogether(server, sit);
  const phone = await sitDown(server, sit, room, 'buyer', 'Lena Brandt', 'editor', PHONE);
  const { page } = seller;
  const last = await milestoneId(page, 'Go-live');
  await page.getByRole('button', { name: 'Present' }).click();
  for (const follower of [buyer.page, phone.page]) {
    await expect(bar(follower)).toContainText('Priya Nair is presenting.');
    await bar(follower).getByRole('button', { name: 'Follow' }).click();
  }
  await expect(bar(page)).toContainText('Presenting · 2 following');
  expect(await faults(buyer.page)).toEqual([]);

  await go(page, 'Timeline');
  for (const follower of [buyer.page, phone.page]) await isAt(follower, 'Timeline');
  await go(page, 'Plan');
  await page.locator(`[data-stop="${last}/more"]`).focus();
  for (const follower of [buyer.page, phone.page]) await expect(row(follower, last)).toBeInViewport();

  await buyer.page.mouse.move(600, 500);
  await buyer.page.mouse.wheel(0, -400);
  await expect(bar(page)).toContainText('Presenting · 1 following');
  await go(page, 'People');
  await isAt(phone.page, 'People');
  await isAt(buyer.page, 'Plan');
  await bar(buyer.page).getByRole('button', { name: 'Resume following Priya Nair' }).click();
  await isAt(buyer.page, 'People');

  await server.submit(room, seller.session, [{ kind: 'milestone.update', id: last, set: { title: 'Live' } }]);
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(bar(buyer.page)).toContainText('Presenting ended. 1 change by 1 person.');
  await bar(buyer.page).getByRole('button', { name: 'See recap' }).click();
  await isAt(buyer.page, 'Activity');
});

test('nobody who is typing is taken along; one person presents at a time', async ({ server, sit }) => {
  const { seller, buyer } = await sitTogether(server, sit);
  const id = await milestoneId(buyer.page, 'Kick-off');
  await typeTitle(buyer.page, id, 'Half a ti');
  await seller.page.getByRole('button', { name: 'Present' }).click();
  await expect(bar(buyer.page)).toContainText('Priya Nair is presenting.');
  await go(seller.page, 'Timeline');
  await buyer.page.waitForTimeout(6_500); // longer than the countdown of who is idle
  await expect(cell(buyer.page, id, 'title').locator('input')).toBeFocused();
  await expect(cell(buyer.page, id, 'title').locator('input')).toHaveValue('Half a ti');
  await bar(buyer.page).getByRole('button', { name: 'Not now' }).click();
  await expect(bar(buyer.page)).toHaveText('');

  await buyer.page.getByRole('button', { name: 'Present' }).click();
  await expect(bar(buyer.page)).toContainText('Presenting · 0 following');
  await expect(bar(seller.page)).toContainText('Marc Olsen is presenting.');
});

test('who has been idle follows after a countdown', async ({ server, sit }) => {
  const { seller, buyer } = await sitTogether(server, sit);
  await seller.page.getByRole('button', { name: 'Present' }).click();
  await expect(bar(buyer.page).getByRole('button', { name: /Follow/ })).toContainText(/\([1-5]\)/);
  await go(seller.page, 'Timeline');
  await expect(bar(buyer.page)).toContainText('Following Priya Nair', { timeout: 10_000 });
  await isAt(buyer.page, 'Timeline');
});
