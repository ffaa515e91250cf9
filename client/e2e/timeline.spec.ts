import type { Page } from '@playwright/test';
import { faults } from './support/axe.ts';
import { sitDown, sitTogether } from './support/couple.ts';
import { milestoneId } from './support/room.ts';
import { daysFromToday } from './support/server.ts';
import { expect, test } from './support/test.ts';

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

const openTab = (page: Page) =>
  page.getByRole('navigation', { name: 'Room' }).getByRole('link', { name: 'Timeline' }).click();
const marker = (page: Page, id: string) => page.locator(`[data-mark="${id}"]`);

/** due reads a milestone's date from the server. */
async function due(page: Page, id: string): Promise<string | null> {
  await page.getByRole('navigation', { name: 'Room' }).getByRole('link', { name: 'Plan' }).click();
  const day = await page.getByTestId(`cell-${id}-due`).locator('time').getAttribute('datetime');
  await openTab(page);
  return day;
}

test('a key moves a milestone by a day or a week, says so, and undo goes all the way back', async ({
  server,
  sit,
}) => {
  const { room, seller, buyer } = await sitTogether(server, sit);
  const { page } = seller;
  const id = await milestoneId(page, 'Kick-off');
  await server.submit(room, seller.session, [
    { kind: 'milestone.update', id, set: { due: daysFromToday(5) } },
  ]);
  await openTab(page);
  await openTab(buyer.page);
  await expect(marker(page, id)).toHaveAccessibleName(/Kick-off, due .*, Not started/);

  await marker(page, id).focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('ArrowLeft');

  await expect(page.getByRole('status').getByText(/^Kick-off moved to /)).toBeVisible();
  await expect(marker(page, id)).toBeFocused();
  expect(await due(buyer.page, id)).toBe(daysFromToday(12));
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => due(buyer.page, id)).toBe(daysFromToday(5));

  await marker(page, id).focus();
  await page.keyboard.press('Enter');
  await expect(
    page.getByRole('dialog', { name: 'Kick-off' }).getByLabel('Due', { exact: true }),
  ).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(marker(page, id)).toBeFocused();
});

test('a marker is dragged to another day; Escape leaves it where it was', async ({ server, sit }) => {
  const { seller, buyer } = await sitTogether(server, sit);
  const { page } = seller;
  const id = await milestoneId(page, 'Kick-off');
  const before = await page.getByTestId(`cell-${id}-due`).locator('time').getAttribute('datetime');
  await openTab(page);
  await openTab(buyer.page);

  const at = await middle(page, id);
  await page.mouse.move(at.x, at.y);
  await page.mouse.down();
  await page.mouse.move(at.x - 60, at.y, { steps: 4 });
  await page.keyboard.press('Escape');
  await page.mouse.up();
  expect(await due(page, id)).toBe(before);

  await page.mouse.move(at.x, at.y);
  await page.mouse.down();
  await page.mouse.move(at.x - 60, at.y, { steps: 4 });
  await page.mouse.up();
  await expect(page.getByText(/^Kick-off moved to /)).toBeVisible();
  await expect.poll(async () => ((await due(buyer.page, id)) ?? '') < (before ?? '')).toBe(true);
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => due(buyer.page, id)).toBe(before);
});

test('the timeline is one tab stop; arrows go through it, groups fold', async ({ server, sit }) => {
  const room = await server.room();
  const { page } = await sitDown(server, sit, room, 'buyer', 'Marc Olsen');
  await openTab(page);
  const list = page.getByTestId('timeline');
  await expect(list.locator('[tabindex="0"]')).toHaveCount(1);
  const rows = await list.getByRole('listitem').count();

  await list.locator('[tabindex="0"]').focus();
  await page.keyboard.press('Home');
  const group = list.getByRole('button', { expanded: true }).first();
  await expect(group).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await expect(list.getByRole('button', { expanded: false })).toBeFocused();
  expect(await list.getByRole('listitem').count()).toBeLessThan(rows);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('End');
  await expect(list.locator('[data-mark]').last()).toBeFocused();
  await expect(list.locator('[tabindex="0"]')).toHaveCount(1);

  await page.keyboard.press('Tab');
  expect(await list.evaluate((node) => node.contains(document.activeElement))).toBe(false);

  await page.getByLabel('Group by').selectOption('side');
  await expect(list.getByRole('button', { name: /^With / }).first()).toBeVisible();
});

test('a closer look begins at today and keeps the titles in sight', async ({ server, sit }) => {
  const room = await server.room();
  const { page } = await sitDown(server, sit, room, 'buyer', 'Marc Olsen');
  await page.setViewportSize({ width: 1280, height: 1200 }); // the whole plan: only sideways can a title get out of sight
  const id = await milestoneId(page, 'Kick-off');
  await openTab(page);
  const frame = page.locator('.frame');
  const zoom = page.getByRole('group', { name: 'Zoom' });
  for (const name of ['Week', 'Month', 'Fit', 'Week', 'Fit', 'Month'] as const) {
    await zoom.getByRole('button', { name }).click();
    await expect(zoom.getByRole('button', { name })).toHaveAttribute('aria-pressed', 'true');
    const over = () => frame.evaluate((node) => node.scrollWidth - node.clientWidth);
    if (name === 'Fit') await expect.poll(over).toBe(0);
    else {
      await expect.poll(over).toBeGreaterThan(200);
      await expect(frame.getByText('Today')).toBeInViewport();
    }
    await expect(page.getByTestId(`row-${id}`)).toBeInViewport({ ratio: 1 });
  }
});

test('edits of the other leave my focus and my place in the timeline alone', async ({ server, sit }) => {
  const { room, seller, buyer } = await sitTogether(server, sit);
  const { page } = buyer;
  const mine = await milestoneId(page, 'Kick-off');
  const others = await Promise.all(
    ['Technical evaluation', 'Security review'].map((text) => milestoneId(page, text)),
  );
  const phase = await phaseOf(page, mine);
  await page.setViewportSize({ width: 1280, height: 500 });
  await openTab(page);
  await marker(page, mine).focus();
  const before = await middle(page, mine);

  for (const id of others) {
    await server.submit(room, seller.session, [{ kind: 'milestone.move', id, before: mine, into: phase }]);
  }
  await server.submit(room, seller.session, [{ kind: 'milestone.remove', id: others[0] ?? '' }]);
  await expect(marker(page, others[0] ?? '')).toHaveCount(0);

  await expect(marker(page, mine)).toBeFocused();
  expect(Math.abs((await middle(page, mine)).y - before.y)).toBeLessThanOrEqual(1);
});

test('lines show what the milestone with the focus waits for', async ({ server, sit }) => {
  const { room, seller } = await sitTogether(server, sit);
  const { page } = seller;
  const [from, to] = [await milestoneId(page, 'Proposal review'), await milestoneId(page, 'Training')];
  const id = crypto.randomUUID();
  await server.submit(room, seller.session, [{ kind: 'dependency.add', id, set: { from, to } }]);
  await openTab(page);
  const line = page.locator(`[data-link="${from} ${to}"]`);
  await marker(page, await milestoneId(page, 'Technical evaluation')).focus();
  await expect(line).toHaveCount(0);
  await marker(page, to).focus();
  await expect(line).toBeVisible();
});

for (const [where, options] of [
  ['on a phone', PHONE],
  ['on a desktop', {}],
] as const)
  for (const colorScheme of ['light', 'dark'] as const)
    test(`nothing keeps people out of the timeline ${where}, ${colorScheme}`, async ({ server, sit }) => {
      const room = await server.room();
      const { page } = await sitDown(server, sit, room, 'seller', 'Priya Nair', 'owner', {
        ...options,
        colorScheme,
        reducedMotion: 'reduce',
      });
      await openTab(page);
      await expect(page.getByTestId(where === 'on a phone' ? 'agenda' : 'timeline')).toBeVisible();
      expect(await faults(page)).toEqual([]);
      expect(
        await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        ),
      ).toBe(0);
    });

test('on a phone the timeline is an agenda; a tap opens the milestone', async ({ server, sit }) => {
  const room = await server.room();
  const { page } = await sitDown(server, sit, room, 'buyer', 'Lena Brandt', 'editor', PHONE);
  await openTab(page);
  await expect(
    page.getByRole('heading', { name: /^(Late|This week|Next two weeks|Later) \d+$/ }).first(),
  ).toBeVisible();
  await page.getByTestId('agenda').getByRole('button', { name: 'Kick-off' }).tap();
  await expect(page.getByRole('dialog', { name: 'Kick-off' })).toBeVisible();
});

async function middle(page: Page, id: string): Promise<{ x: number; y: number }> {
  const box = await marker(page, id).boundingBox();
  return { x: (box?.x ?? 0) + (box?.width ?? 0) / 2, y: (box?.y ?? 0) + (box?.height ?? 0) / 2 };
}

/** phaseOf returns the phase that a milestone is in, from the page's own plan. */
function phaseOf(page: Page, id: string): Promise<string> {
  return page.evaluate((milestone) => {
    const boot = JSON.parse(document.getElementById('boot')?.textContent ?? '{}');
    const records = boot.streams[0].snapshot.entities.milestone as { id: string; phase: string }[];
    return records.find((record) => record.id === milestone)?.phase ?? '';
  }, id);
}
