import type { Page } from '@playwright/test';
import { faults } from './support/axe.ts';
import { sitDown, sitTogether } from './support/couple.ts';
import { milestoneId } from './support/room.ts';
import { daysFromToday } from './support/server.ts';
import { expect, test } from './support/test.ts';

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

const openTab = (page: Page, name = 'Overview') =>
  page.getByRole('navigation', { name: 'Room' }).getByRole('link', { name }).click();

test('why we do this is written in place, and on the other screen', async ({ server, sit }) => {
  const { seller, buyer } = await sitTogether(server, sit);
  for (const { page } of [seller, buyer]) await openTab(page);
  const why = (page: Page) => page.getByTestId('purpose').getByLabel('Why we do this');
  await why(buyer.page).fill('We lose a day a week to spreadsheets.');
  await buyer.page.keyboard.press('Tab');
  await expect(why(seller.page)).toHaveValue('We lose a day a week to spreadsheets.');
});

test('what goes wrong is said in words, and where go-live went', async ({ server, sit }) => {
  const { room, seller, buyer } = await sitTogether(server, sit);
  const id = await milestoneId(buyer.page, 'Kick-off');
  await server.submit(room, seller.session, [
    { kind: 'milestone.update', id, set: { due: daysFromToday(-3) } },
  ]);
  await openTab(buyer.page);
  const { page } = buyer;
  const health = page.getByTestId('health');
  const reason = health.getByRole('button', { name: /Kick-off/ }).first();
  const all = health.getByRole('button', { name: /^Show all \d+$/ });
  await expect(health.getByRole('listitem')).toHaveCount(4);
  await all.click();
  await expect(reason).toBeVisible();

  await openTab(page, 'Plan');
  const goLive = await milestoneId(page, 'Go-live');
  await openTab(page);
  for (const days of [49, 56])
    await server.submit(room, seller.session, [
      { kind: 'milestone.reschedule', id: goLive, due: daysFromToday(days), push: false },
    ]);
  await expect(page.getByTestId('go-live-history')).toContainText('Go-live moved twice, +14 days since');

  await all.click();
  await reason.click();
  await expect(page.getByRole('dialog', { name: 'Kick-off' })).toBeVisible();
});

for (const [where, options] of [
  ['on a phone', PHONE],
  ['on a desktop', {}],
] as const)
  for (const colorScheme of ['light', 'dark'] as const)
    for (const tab of ['Overview', 'People'] as const)
      test(`nothing keeps people out of ${tab} ${where}, ${colorScheme}`, async ({ server, sit }) => {
        const room = await server.room();
        const { page } = await sitDown(server, sit, room, 'seller', 'Priya Nair', 'owner', {
          ...options,
          colorScheme,
          reducedMotion: 'reduce',
        });
        await page.getByRole('navigation', { name: 'Room' }).getByRole('link', { name: 'Overview' }).click();
        await page
          .getByLabel('Why now')
          .fill('The old planning tool loses support at the end of the quarter, for good.');
        await openTab(page, tab);
        await expect(
          page.getByRole('heading', { name: 'Priya Nair' }).or(page.getByTestId('health')),
        ).toBeVisible();
        expect(await faults(page)).toEqual([]);
        const sideways = () =>
          page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        expect(await sideways()).toBe(0);
      });
