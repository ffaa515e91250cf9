import type { Page } from '@playwright/test';
import { sitDown, sitTogether } from './support/couple.ts';
import { cell, milestoneId, row } from './support/room.ts';
import { expect, test } from './support/test.ts';

// The plan for eyes, papers and scripts other than usual: no motion, forced colours, large text,
// no colour at all, right to left, and print.

test('without motion a remote edit moves nothing; in forced colours ring and status can be seen', async ({
  server,
  sit,
}) => {
  const { room, seller, buyer } = await sitTogether(server, sit);
  const { page } = buyer;
  await page.emulateMedia({ reducedMotion: 'reduce', forcedColors: 'active' });
  const id = await milestoneId(page, 'Kick-off');
  await server.submit(room, seller.session, [{ kind: 'milestone.update', id, set: { title: 'Launch' } }]);
  await expect(cell(page, id, 'title')).toContainText('Launch');
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);

  await cell(seller.page, id, 'title').click();
  await seller.page.keyboard.type('Launch day');
  const ring = cell(page, id, 'title');
  await expect(ring).toContainText('is editing');
  const border = await ring.evaluate((node) => {
    const { borderTopWidth, borderTopStyle, borderTopColor } = getComputedStyle(node, '::before');
    return {
      borderTopWidth,
      borderTopStyle,
      seen: borderTopColor !== getComputedStyle(node).backgroundColor,
    };
  });
  expect(border).toEqual({ borderTopWidth: '2px', borderTopStyle: 'solid', seen: true });
  const icon = row(page, id).locator('svg').nth(1);
  await expect(icon).toBeVisible();
  expect(
    await icon.evaluate((node) =>
      [...node.querySelectorAll('*')].some((shape) => {
        const { stroke, fill } = getComputedStyle(shape);
        return [stroke, fill].some((paint) => paint !== 'none' && paint !== 'rgb(255, 255, 255)');
      }),
    ),
  ).toBe(true);
});

test('each status has a shape and a word of its own, so that no colour is needed', async ({
  server,
  sit,
}) => {
  const { room, seller } = await sitTogether(server, sit);
  const { page } = seller;
  const ids = await page
    .locator('[data-testid^="row-"]')
    .evaluateAll((rows) => rows.slice(0, 5).map((node) => node.getAttribute('data-row') ?? ''));
  const statuses = ['not_started', 'in_progress', 'blocked', 'cancelled'];
  await server.submit(room, seller.session, [
    ...statuses.map((status, i) => ({
      kind: 'milestone.update' as const,
      id: ids[i] ?? '',
      set: { status },
    })),
    { kind: 'milestone.complete', id: ids[4] ?? '', override: 'Done before the room was' },
  ]);
  await expect(row(page, ids[4] ?? '')).toContainText('Done');
  const looks = await page.evaluate(
    (rows) =>
      rows.map((id) => {
        const pill = document.querySelector(`[data-cell="${id}/status"]`);
        const shapes = [...(pill?.querySelectorAll('svg *') ?? [])].map((s) =>
          ['d', 'r', 'x', 'width', 'stroke-dasharray'].map((name) => s.getAttribute(name)).join(),
        );
        return { shape: shapes.join(' '), word: pill?.textContent?.trim() ?? '' };
      }),
    ids,
  );
  expect(new Set(looks.map((look) => look.shape)).size).toBe(5);
  expect(new Set(looks.map((look) => look.word)).size).toBe(5);
});

test('large text and wide spacing cut off nothing and scroll nothing sideways', async ({ server, sit }) => {
  const room = await server.room();
  const { page } = await sitDown(server, sit, room, 'seller', 'Priya Nair', 'owner', {
    viewport: { width: 320, height: 740 }, // 1280 px at 400 %
  });
  for (const tab of ['Overview', 'Plan', 'Timeline', 'People', 'Activity']) {
    await page.getByRole('navigation', { name: 'Room' }).getByRole('link', { name: tab }).click();
    await expect(page.getByRole('region', { name: tab })).toBeVisible();
    await expect(page.getByText('Loading…')).toHaveCount(0);
    await page.evaluate(() => {
      const wide = new CSSStyleSheet();
      wide.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
        word-spacing: 0.16em !important; } p { margin-block-end: 2em !important; }`);
      document.adoptedStyleSheets = [wide];
    });
    expect(await cutOff(page), tab).toEqual([]);
    await page.evaluate(() => {
      document.adoptedStyleSheets = [];
    });
  }
});

// cutOff names what is wider than its place: the page itself, or text that does not end in an ellipsis.
function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const found = scrollWidth > clientWidth ? [`the page: ${scrollWidth} px`] : [];
    for (const node of document.querySelectorAll<HTMLElement>('main *')) {
      const style = getComputedStyle(node);
      const cuts = ['hidden', 'clip'].includes(style.overflowX) && style.textOverflow !== 'ellipsis';
      if (!cuts || style.position === 'absolute' || node.closest('svg, input, select') !== null) continue;
      if (node.scrollWidth > node.clientWidth + 1) found.push(node.textContent?.trim().slice(0, 60) ?? '');
    }
    return found;
  });
}

test('from right to left the plan mirrors, keys go where they point, and texts keep their order', async ({
  server,
  sit,
}) => {
  const { seller } = await sitTogether(server, sit);
  const { page } = seller;
  const id = await milestoneId(page, 'Kick-off');
  await page.evaluate(() => {
    document.documentElement.dir = 'rtl';
  });
  const left = (col: string) => cell(page, id, col).evaluate((node) => node.getBoundingClientRect().left);
  expect(await left('title')).toBeGreaterThan(await left('due'));
  await cell(page, id, 'seller_owner').focus();
  await page.keyboard.press('ArrowRight');
  await expect(cell(page, id, 'buyer_owner')).toBeFocused();

  // Where each word of a text is drawn: what is read first stands further left.
  const inOrder = (selector: string, texts: readonly string[]) =>
    page
      .locator(selector)
      .first()
      .evaluate((node, words) => {
        const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
        const places: number[] = [];
        for (let text = walker.nextNode(); text !== null; text = walker.nextNode())
          for (const word of words) {
            const at = text.textContent?.indexOf(word) ?? -1;
            if (at < 0) continue;
            const range = document.createRange();
            range.setStart(text, at);
            range.setEnd(text, at + word.length);
            places.push(range.getBoundingClientRect().left);
          }
        return places.length >= words.length && places.every((x, i) => i === 0 || x > (places[i - 1] ?? 0));
      }, texts);
  expect(await inOrder('h1', ['Northwind', 'Acme'])).toBe(true);
  expect(await inOrder('[role="rowheader"] .count', ['0', 'of', 'done'])).toBe(true);
  expect(await inOrder('.done-count dd', ['of', '1'])).toBe(true);

  const card = await page.locator('.runway').boundingBox();
  for (const box of await page.locator('.runway svg text').all()) {
    const at = await box.boundingBox();
    if (at === null || card === null) continue;
    expect(at.x).toBeGreaterThanOrEqual(card.x);
    expect(at.x + at.width).toBeLessThanOrEqual(card.x + card.width);
  }
  expect(
    await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
  ).toBe(0);
});

test('on paper stands the plan, without what changes it', async ({ server, sit }) => {
  const { seller } = await sitTogether(server, sit);
  const { page } = seller;
  await page.emulateMedia({ media: 'print', colorScheme: 'light' });
  const id = await milestoneId(page, 'Kick-off');
  await expect(cell(page, id, 'title')).toBeVisible();
  await expect(page.locator('.runway')).toBeVisible();
  // What a status and a count of comments say, they say on paper too.
  const buttons = await page.locator('button').evaluateAll((all) =>
    all
      .filter((node) => node.checkVisibility({ opacityProperty: true }) && node.clientWidth > 0)
      .map((node) => node.getAttribute('aria-label') ?? node.textContent?.trim() ?? '')
      .filter((name) => !/started|progress|blocked|done|needed|comment/i.test(name)),
  );
  expect(buttons).toEqual([]);
  const cut = await page
    .locator('[role="treegrid"] .ell')
    .evaluateAll((all) => all.filter((n) => n.scrollWidth > n.clientWidth + 1).map((n) => n.textContent));
  expect(cut).toEqual([]);
  const grid = await page.getByRole('treegrid').boundingBox();
  const main = await page.getByRole('main').boundingBox();
  expect(grid?.width ?? 0).toBeGreaterThan((main?.width ?? 0) - 60); // the activity beside it is not there
});
