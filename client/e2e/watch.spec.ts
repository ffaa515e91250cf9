import { randomUUID } from 'node:crypto';
import type { Page } from '@playwright/test';
import { faults } from './support/axe.ts';
import { sitTogether } from './support/couple.ts';
import { connection, milestoneId, row } from './support/room.ts';
import { ORIGIN } from './support/server.ts';
import { expect, test } from './support/test.ts';

const PHONE = { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true };
const TABS = ['overview', 'plan', 'timeline', 'people', 'activity'];

test('whoever watches sees the plan live, with the figures of the room, on a phone, with nothing to edit', async ({
  server,
  sit,
}) => {
  const { room, seller } = await sitTogether(server, sit);
  const link = await server.link(room, 'none', 'viewer');
  const cookies: string[] = [];
  const { page } = await sit(link.path, {
    ...PHONE,
    before: (page) =>
      page.on('response', async (r) => cookies.push(...((await r.headerValues('set-cookie')) as string[]))),
  });
  await connection(page, 'live');
  await expect(seller.page.getByText('1 viewing from link')).toBeVisible();

  // The countdown, what is done, the slip and the next step are in the first 640 px, as the room's page has them.
  const figures = async (page: Page) =>
    (await page.getByLabel('Runway to go-live').locator('dt, dd').allInnerTexts())
      .join(' ')
      .replace(/[\s·]+/g, ' ');
  // A browser writes September its own way.
  const words = (text: string) => text.replace('Sept', 'Sep').trim().split(' ').sort().join(' ');
  expect(words(await figures(page))).toBe(words(await figures(seller.page)));
  const box = await page.getByLabel('Runway to go-live').boundingBox();
  expect((box?.y ?? 999) + (box?.height ?? 999)).toBeLessThanOrEqual(640);

  // What changes is there at once, and what was opened stays open.
  await page.getByText('Later').click();
  const id = await milestoneId(seller.page, 'Kick-off');
  await server.submit(room, seller.session, [{ kind: 'milestone.update', id, set: { title: 'First day' } }]);
  await expect(row(page, id)).toContainText('First day');
  await expect(page.locator('details[data-key="later"]')).toHaveAttribute('open', '');

  for (const tab of TABS) {
    if (tab !== 'overview') await page.goto(`${link.path}/${tab}`);
    await expect(page.getByRole('heading', { name: 'Rollout plan' })).toBeVisible();
    expect(await sideways(page), tab).toBe(0);
    await expect(page.locator('input, textarea, select, [contenteditable], main button')).toHaveCount(0);
  }
  expect(cookies).toEqual([]);
  expect(await page.evaluate(() => [document.cookie, localStorage.length, sessionStorage.length])).toEqual([
    '',
    0,
    0,
  ]);
});

test('without JavaScript the whole plan is there, its links work, and it says to reload', async ({
  server,
  sit,
}) => {
  const { room } = await sitTogether(server, sit);
  const link = await server.link(room, 'none', 'viewer');
  const { page } = await sit(link.path, { javaScriptEnabled: false });

  await expect(page.getByRole('heading', { name: 'Rollout plan' })).toBeVisible();
  await expect(page.getByText('Reload to see changes.')).toBeVisible();
  await page.getByRole('navigation', { name: 'Room' }).getByRole('link', { name: 'Plan' }).click();
  await expect(page).toHaveURL(`${ORIGIN}${link.path}/plan`);
  const rows = page.locator('[data-testid^="row-"]');
  await expect(rows).toHaveCount(12);
  await expect(rows.filter({ has: page.locator('time') })).toHaveCount(12);
  await expect(rows.first()).toContainText('Not started');
});

test('every tab can be used by everybody, in light and dark', async ({ server, sit }) => {
  const { room } = await sitTogether(server, sit);
  const link = await server.link(room, 'none', 'viewer');
  const { page } = await sit(link.path);
  for (const colorScheme of ['light', 'dark'] as const)
    for (const tab of TABS) {
      await page.emulateMedia({ colorScheme });
      await page.goto(`${link.path}/${tab}`);
      expect(await faults(page), `${tab}, ${colorScheme}`).toEqual([]);
    }
  await page.getByRole('link', { name: 'Get updates by e-mail' }).click();
  await expect(page.getByLabel('Your e-mail address')).toBeVisible();
  expect(await faults(page), 'what one can ask for').toEqual([]);
});

test('when the link is taken back the plan leaves the screen; offline the page says how old it is', async ({
  server,
  sit,
}) => {
  const { room } = await sitTogether(server, sit);
  const link = await server.link(room, 'none', 'viewer');
  const { page, proxy } = await sit(link.path);
  await connection(page, 'live');

  proxy.cut();
  await expect(page.getByText(/Updates paused\. Plan as of \d\d:\d\d/)).toBeVisible({ timeout: 20_000 });
  proxy.heal();
  await connection(page, 'live', 20_000);

  await server.api('DELETE', `/api/v1/links/${link.id}`);
  await expect(page.getByRole('heading', { name: 'This room is not here' })).toBeVisible({ timeout: 2_000 });
  await expect(page.getByText('Security review')).toHaveCount(0);
});

test('the plan is one sheet of paper, A4 or Letter, with when it was printed and where it is live', async ({
  server,
  sit,
}) => {
  const { room, seller } = await sitTogether(server, sit, { template: 'enterprise-procurement' });
  const link = await server.link(room, 'none', 'viewer');
  const { page } = await sit(`${link.path}/onepager`, { javaScriptEnabled: false });

  await expect(page.locator('tbody tr:not(.phase-name)')).toHaveCount(18);
  await expect(page.getByText(/As of \w{3} \d+ \w{3} \d{4}, \d\d:\d\d Berlin time/)).toBeVisible();
  await expect(page.getByText(`${ORIGIN}${link.path}`)).toBeVisible();
  expect(await sheets(page)).toEqual([1, 1]);

  // More than fit with their owners are two columns, a line each.
  const phase = randomUUID();
  const title = (n: number) => `Milestone ${n} ${'with a title that is long '.repeat(n % 3)}`;
  await server.change(room, [
    { kind: 'phase.add', id: phase, set: { name: 'And much more' } },
    ...Array.from({ length: 42 }, (_, n) => ({
      kind: 'milestone.add' as const,
      id: randomUUID(),
      set: { phase, title: title(n), due: '2027-01-05' },
    })),
  ]);
  await expect(async () => {
    await page.reload();
    await expect(page.locator('tbody tr:not(.phase-name)')).toHaveCount(60, { timeout: 500 });
  }).toPass();
  expect(await sheets(page)).toEqual([1, 1]);

  // Members print the same from the room.
  await seller.page.context().addCookies([{ name: 'parley_session', value: seller.session, url: ORIGIN }]);
  await seller.page.goto(`/r/${room}/onepager`);
  await expect(seller.page.getByText(`${ORIGIN}/r/${room}`)).toBeVisible();
  expect(await faults(seller.page)).toEqual([]);
});

/** sheets counts the pages of paper, A4 and Letter. */
async function sheets(page: Page): Promise<number[]> {
  const papers: string[] = [];
  for (const format of ['A4', 'Letter'])
    papers.push((await page.pdf({ format, printBackground: true })).toString('latin1'));
  return papers.map((paper) => paper.match(/\/Type\s*\/Page\b/g)?.length ?? 0);
}

function sideways(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
