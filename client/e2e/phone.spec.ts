import type { Locator, Page } from '@playwright/test';
import { sitDown, sitTogether } from './support/couple.ts';
import { milestoneId, row } from './support/room.ts';
import { daysFromToday } from './support/server.ts';
import { expect, test } from './support/test.ts';

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

test('on a phone the plan is cards; a tap opens a sheet, where the due date is changed', async ({
  server,
  sit,
}) => {
  const { room, seller } = await sitTogether(server, sit);
  const { page } = await sitDown(server, sit, room, 'buyer', 'Lena Brandt', 'editor', PHONE);
  const id = await milestoneId(page, 'Kick-off');
  await expect(page.getByRole('treegrid')).toHaveCount(0);

  await row(page, id).getByRole('button').tap();
  const sheet = page.getByRole('dialog', { name: 'Kick-off' });
  await sheet.getByLabel('Due', { exact: true }).fill(daysFromToday(40));
  await page
    .getByRole('dialog', { name: 'Move Kick-off' })
    .getByRole('button', { name: 'Move only this' })
    .tap();

  await expect(seller.page.getByTestId(`cell-${id}-due`).locator('time')).toHaveAttribute(
    'datetime',
    daysFromToday(40),
  );
  await sheet.getByRole('button', { name: 'Close' }).tap();
  await expect(sheet).toHaveCount(0);
  await expect(row(page, id).locator('time')).toHaveAttribute('datetime', daysFromToday(40));
});

test('on a phone nothing scrolls sideways, and everything to tap is 44 px', async ({ server, sit }) => {
  const room = await server.room();
  const { page } = await sitDown(server, sit, room, 'seller', 'Priya Nair', 'owner', PHONE);
  const id = await milestoneId(page, 'Kick-off');

  for (const width of [360, 320]) {
    await page.setViewportSize({ width, height: 740 });
    expect(await sideways(page), `${width} px, the plan`).toBe(0);
    expect(await tooSmall(page.locator('body')), `${width} px, the plan`).toEqual([]);

    await row(page, id).getByRole('button').tap();
    const sheet = page.getByRole('dialog', { name: 'Kick-off' });
    await expect(sheet).toBeVisible();
    expect(await sideways(page), `${width} px, the sheet`).toBe(0);
    expect(await tooSmall(sheet), `${width} px, the sheet`).toEqual([]);
    await sheet.getByRole('button', { name: 'Close' }).tap();

    await page.getByRole('button', { name: 'Share' }).tap();
    const dialog = page.getByRole('dialog', { name: /^Share/ });
    await dialog.getByRole('button', { name: 'Make link' }).tap();
    await expect(dialog.getByLabel('The new link')).toBeVisible();
    expect(await sideways(page), `${width} px, sharing`).toBe(0);
    expect(await tooSmall(dialog), `${width} px, sharing`).toEqual([]);
    await dialog.getByRole('button', { name: 'Close' }).tap();
  }
});

function sideways(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** tooSmall names the buttons and fields that a thumb may miss. */
function tooSmall(within: Locator): Promise<string[]> {
  return within.evaluate((node) => {
    const targets = [...node.querySelectorAll<HTMLElement>('button, select, textarea, input, summary')];
    return targets.flatMap((target) => {
      const { width, height } = (
        target.closest('label:has([type="checkbox"])') ?? target
      ).getBoundingClientRect();
      const shown = target.checkVisibility({ opacityProperty: true, visibilityProperty: true });
      // A check box without a label is drawn small, in a margin that nothing else is in.
      const margin = target.matches('li > [type="checkbox"]')
        ? 2 * Number.parseFloat(getComputedStyle(target).margin)
        : 0;
      if (!shown || (width + margin >= 43.5 && height + margin >= 43.5)) return [];
      return [`${target.outerHTML.slice(0, 140)} is ${Math.round(width)} × ${Math.round(height)}`];
    });
  });
}
