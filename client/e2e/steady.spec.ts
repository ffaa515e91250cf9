import { randomUUID } from 'node:crypto';
import type { Page } from '@playwright/test';
import type { Fields, Op } from '../src/replica/types.ts';
import { sitTogether } from './support/couple.ts';
import { cell, connection, enterTitle, milestoneId, row, title, titles, typeTitle } from './support/room.ts';
import { daysFromToday } from './support/server.ts';
import { expect, test } from './support/test.ts';

const LONG =
  'A much longer title that has to be cut with an ellipsis at the end of its cell, whatever its width';

test('edits of the other leave my focus, caret and text alone', async ({ server, sit }) => {
  const { room, seller, buyer } = await sitTogether(server, sit);
  const mine = await milestoneId(buyer.page, 'Technical evaluation');
  const other = await milestoneId(buyer.page, 'Security review');
  await cell(buyer.page, mine, 'title').focus();
  await buyer.page.keyboard.press('Enter');
  await buyer.page.keyboard.press('Home');
  for (let i = 0; i < 3; i++) await buyer.page.keyboard.press('ArrowRight');
  const before = await focusState(buyer.page);

  await server.submit(room, seller.session, [
    { kind: 'milestone.update', id: mine, set: { due: daysFromToday(9) } },
    { kind: 'milestone.update', id: mine, set: { status: 'in_progress' } },
    { kind: 'milestone.update', id: other, set: { title: LONG } },
    { kind: 'milestone.move', id: other, before: mine },
  ]);
  await expect(title(buyer.page, other)).toHaveText(LONG);
  await expect(cell(buyer.page, mine, 'status')).toContainText('In progress');

  expect(await focusState(buyer.page)).toEqual(before);
});

test('three milestones appear above mine: it stays where it is on the screen', async ({ server, sit }) => {
  const { room, seller, buyer } = await sitTogether(server, sit);
  const mine = await milestoneId(buyer.page, 'Kick-off');
  const phase = await phaseOf(buyer.page, 'Know that it fits');
  await cell(buyer.page, mine, 'title').focus();
  await buyer.page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  const before = await topOf(buyer.page, mine);

  await server.submit(
    room,
    seller.session,
    ['One', 'Two', 'Three'].map((text): Op => add(phase, text)),
  );
  await expect(titles(buyer.page).filter({ hasText: /^(One|Two|Three)$/ })).toHaveCount(3);

  expect(Math.abs((await topOf(buyer.page, mine)) - before)).toBeLessThanOrEqual(1);
  await expect(cell(buyer.page, mine, 'title')).toBeFocused();
});

test('the other moves the milestone I type in: the caret stays, the order is the same on both screens', async ({
  server,
  sit,
}) => {
  const { seller, buyer } = await sitTogether(server, sit);
  const mine = await milestoneId(buyer.page, 'Technical evaluation');
  await typeTitle(buyer.page, mine, 'Half a wo');
  const before = await focusState(buyer.page);

  await row(seller.page, mine).focus();
  for (let i = 0; i < 4; i++) await seller.page.keyboard.press('Alt+ArrowDown');
  const order = ['Discovery', 'Security review', 'Executive', 'Proposal', 'Technical evaluation'];
  await expect(titles(seller.page).nth(4)).toHaveText(order[4] as string);
  for (const [i, text] of order.entries())
    await expect(titles(buyer.page).nth(i)).toHaveText(new RegExp(`^${text}`));

  expect(await focusState(buyer.page)).toEqual(before);
  await buyer.page.keyboard.type('rd');
  await buyer.page.keyboard.press('Enter');
  await expect(title(seller.page, mine)).toHaveText('Half a word');
});

test('the other deletes the milestone I am on: the focus goes to its neighbour', async ({ server, sit }) => {
  const { room, seller, buyer } = await sitTogether(server, sit);
  const mine = await milestoneId(buyer.page, 'Technical evaluation');
  const next = await milestoneId(buyer.page, 'Security review');
  await cell(buyer.page, mine, 'due').focus();

  await server.submit(room, seller.session, [{ kind: 'milestone.remove', id: mine }]);

  await expect(row(buyer.page, mine)).toHaveCount(0);
  await expect(cell(buyer.page, next, 'due')).toBeFocused();
  await expect(buyer.page.getByRole('log')).toContainText('Technical evaluation');
});

test('the other deletes the milestone I type in: my text stays and brings it back', async ({
  server,
  sit,
}) => {
  const { room, seller, buyer } = await sitTogether(server, sit);
  const mine = await milestoneId(buyer.page, 'Technical evaluation');
  await typeTitle(buyer.page, mine, 'Still wanted');

  await server.submit(room, seller.session, [{ kind: 'milestone.remove', id: mine }]);

  await expect(buyer.page.getByText('Priya Nair deleted this milestone.')).toBeVisible();
  await expect(cell(buyer.page, mine, 'title').locator('input')).toHaveValue('Still wanted');
  await buyer.page.getByRole('button', { name: 'Bring it back with my change' }).click();
  await expect(title(seller.page, mine)).toHaveText('Still wanted');
});

test('edits of the other shift nothing on my screen but the list of changes, which grows', async ({
  server,
  sit,
}) => {
  const { room, seller, buyer } = await sitTogether(server, sit);
  const ids = await Promise.all(
    ['Technical evaluation', 'Security review', 'Proposal review', 'Contract signed'].map((text) =>
      milestoneId(buyer.page, text),
    ),
  );
  const slot = randomUUID();
  await buyer.page.evaluate(watchShifts);

  await server.submit(room, seller.session, [
    { kind: 'role_slot.add', id: slot, set: { side: 'seller', label: `Head of ${LONG}` } },
  ]);
  for (const [i, id] of ids.entries()) {
    const sets: Fields[] = [
      { title: `${i} ${LONG}` },
      { due: daysFromToday(30 + i) },
      { seller_owner: slot },
      { status: i % 2 === 0 ? 'in_progress' : 'blocked' },
    ];
    for (const set of sets)
      await server.submit(room, seller.session, [{ kind: 'milestone.update', id, set }]);
    await server.submit(room, seller.session, [
      { kind: 'comment.add', id: randomUUID(), set: { on: { entity: 'milestone', id }, body: 'Note' } },
    ]);
  }
  await typeTitle(seller.page, ids[0] as string, 'A draft with letters');
  await expect(cell(buyer.page, ids[0] as string, 'title')).toContainText('A draft with letters');
  await seller.page.keyboard.press('Escape');
  await expect(cell(buyer.page, ids[3] as string, 'notes')).toContainText('1');

  expect(await buyer.page.evaluate(() => (window as unknown as { shifts: unknown[] }).shifts)).toEqual([]);
});

test('a ring with initials shows where the other is typing, and the letters; not where they only look', async ({
  server,
  sit,
}) => {
  const { seller, buyer } = await sitTogether(server, sit);
  const id = await milestoneId(seller.page, 'Security review');
  const seen = cell(buyer.page, id, 'title');

  await cell(seller.page, id, 'title').focus();
  await seller.page.keyboard.press('Enter');
  await expect(seen).toContainText('PN');
  await seller.page.keyboard.press('Escape');
  await expect(seen).not.toContainText('PN');

  await typeTitle(seller.page, id, 'Draft words');
  await expect(seen).toContainText('Draft words');
  await expect(seen).toContainText('Priya Nair is editing');
  await seller.page.keyboard.press('Escape');
  await expect(seen).not.toContainText('PN');
  await expect(title(buyer.page, id)).toHaveText('Security review');
});

test('what the other does is announced, what I do is not', async ({ server, sit }) => {
  const { seller, buyer } = await sitTogether(server, sit);
  const [mine, theirs] = [
    await milestoneId(seller.page, 'Security review'),
    await milestoneId(seller.page, 'Proposal review'),
  ];
  await enterTitle(buyer.page, mine, 'Not read out to Marc');
  await expect(title(seller.page, mine)).toHaveText('Not read out to Marc');

  await enterTitle(seller.page, theirs, 'Read out to Marc');

  await expect(buyer.page.getByRole('log')).toContainText('Read out to Marc');
  await expect(buyer.page.getByRole('log')).not.toContainText('Not read');
});

// Acceptance point 21: who wants to hear less says so in the list of keys, and it stays so.
test('who wants it hears of their own milestones only, and is spared the keys of one letter', async ({
  server,
  sit,
}) => {
  const { room, seller, buyer } = await sitTogether(server, sit);
  const { page } = buyer;
  const mine = await milestoneId(page, 'Security review');
  const other = await milestoneId(page, 'Proposal review');
  await server.submit(room, seller.session, [
    { kind: 'milestone.update', id: mine, set: { buyer_owner: buyer.id } },
  ]);
  await expect(cell(page, mine, 'buyer_owner')).toContainText('Marc');
  await page.keyboard.press('?');
  const keys = page.getByRole('dialog', { name: 'Keys' });
  await keys.getByLabel('Read out what others change').selectOption('My milestones');
  await keys.getByLabel('Keys of one letter').uncheck();
  await page.reload();
  await connection(page, 'live');

  await enterTitle(seller.page, other, 'Not read out');
  await expect(title(page, other)).toHaveText('Not read out');
  await enterTitle(seller.page, mine, 'Read out to its owner');
  await expect(page.getByRole('log')).toContainText('Read out to its owner');
  await expect(page.getByRole('log')).not.toContainText('Not read out');
  await row(page, mine).focus();
  await page.keyboard.press('?');
  await page.keyboard.press('e');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toHaveCount(1);
  await expect(page.getByRole('dialog', { name: 'Read out to its owner' })).toBeVisible();
});

function add(phase: string, text: string): Op {
  return { kind: 'milestone.add', id: randomUUID(), set: { phase, title: text }, after: null };
}

async function phaseOf(page: Page, name: string): Promise<string> {
  return (await page.locator('[data-row]').filter({ hasText: name }).first().getAttribute('data-row')) ?? '';
}

function topOf(page: Page, id: string): Promise<number> {
  return row(page, id).evaluate((node) => node.getBoundingClientRect().top);
}

async function focusState(page: Page): Promise<unknown> {
  return page.evaluate(() => {
    const input = document.activeElement as HTMLInputElement;
    return [input.tagName, input.ariaLabel, input.value, input.selectionStart, input.selectionEnd];
  });
}

/** watchShifts keeps what was pushed elsewhere on the screen, and how far. */
function watchShifts(): void {
  const shifts: unknown[] = [];
  (window as unknown as { shifts: unknown[] }).shifts = shifts;
  interface Shift extends PerformanceEntry {
    readonly value: number;
    readonly hadRecentInput: boolean;
    readonly sources: readonly { readonly node?: Node }[];
  }
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as Shift[]) {
      if (entry.hadRecentInput) continue;
      const moved = entry.sources.flatMap(({ node }) => (node instanceof Element ? [node] : []));
      const plan = moved.filter((node) => node.closest('aside') === null);
      if (plan.length > 0) shifts.push([entry.value, ...plan.map((node) => node.outerHTML.slice(0, 120))]);
    }
  }).observe({ type: 'layout-shift' });
}
