import { randomUUID } from 'node:crypto';
import type { Page } from '@playwright/test';
import { faults } from './support/axe.ts';
import { sitTogether } from './support/couple.ts';
import { cell, connection, enterTitle, milestoneId, row, title, titles, typeTitle } from './support/room.ts';
import { daysFromToday } from './support/server.ts';
import { expect, test } from './support/test.ts';

test('an edit of one side is on the other screen', async ({ server, sit }) => {
  const { seller, buyer } = await sitTogether(server, sit);
  const id = await milestoneId(seller.page, 'Security review');

  await enterTitle(seller.page, id, 'Security review with Lena');

  await expect(title(buyer.page, id)).toHaveText('Security review with Lena');
  await expect(seller.page.locator('[data-pending]')).toHaveCount(0);
});

test('my edit is on my screen before the server has it', async ({ server, sit }) => {
  const { seller, buyer } = await sitTogether(server, sit);
  const id = await milestoneId(seller.page, 'Security review');
  await typeTitle(seller.page, id, 'At once');
  seller.proxy.delay(1_000); // there and back: the answer takes two seconds

  await seller.page.evaluate(watchNextKey, `cell-${id}-title`);
  await seller.page.keyboard.press('Enter');

  expect(await seller.page.evaluate(() => (window as unknown as Watched).seen)).toBe('At once');
  await expect(title(buyer.page, id)).toHaveText('Security review');
  await expect(cell(seller.page, id, 'title'), 'the server is asked for 400 ms').toHaveAttribute(
    'data-pending',
  );
  await expect(title(buyer.page, id)).toHaveText('At once');
  await expect(seller.page.locator('[data-pending]')).toHaveCount(0);
});

test('the other commits the field I type in: my text stays, "Keep mine" saves it', async ({
  server,
  sit,
}) => {
  const { seller, buyer } = await sitTogether(server, sit);
  const id = await milestoneId(seller.page, 'Security review');
  await typeTitle(seller.page, id, 'From Northwind');

  await enterTitle(buyer.page, id, 'From Acme');

  await expect(
    seller.page.getByText('Marc Olsen set this to From Acme while you were typing.'),
  ).toBeVisible();
  await expect(cell(seller.page, id, 'title').locator('input')).toBeFocused();
  await expect(cell(seller.page, id, 'title').locator('input')).toHaveValue('From Northwind');
  expect(await faults(seller.page)).toEqual([]);
  await seller.page.getByRole('button', { name: 'Keep mine' }).click();
  for (const { page } of [buyer, seller]) await expect(title(page, id)).toHaveText('From Northwind');
});

test('the other commits the field I type in: "Use Marc’s" takes it', async ({ server, sit }) => {
  const { seller, buyer } = await sitTogether(server, sit);
  const id = await milestoneId(seller.page, 'Security review');
  await typeTitle(seller.page, id, 'From Northwind');

  await enterTitle(buyer.page, id, 'From Acme');
  await seller.page.getByRole('button', { name: 'Use Marc’s' }).click();

  for (const { page } of [seller, buyer]) await expect(title(page, id)).toHaveText('From Acme');
  await expect(cell(seller.page, id, 'title')).toBeFocused();
});

test('both save without having seen the other: one value, one person told once, who puts theirs back', async ({
  server,
  sit,
}) => {
  const { seller, buyer } = await sitTogether(server, sit);
  const id = await milestoneId(seller.page, 'Security review');
  await typeTitle(seller.page, id, 'Seller version');
  await typeTitle(buyer.page, id, 'Buyer version');
  for (const { proxy } of [seller, buyer]) proxy.delay(400);

  await Promise.all([seller, buyer].map(({ page }) => page.keyboard.press('Enter')));

  const told = (page: Page) => page.getByText('change replaced yours');
  await expect(async () => {
    const [one, other] = await Promise.all([seller, buyer].map(({ page }) => title(page, id).textContent()));
    expect(one).toBe(other);
    expect((await told(seller.page).count()) + (await told(buyer.page).count())).toBe(1);
  }).toPass({ timeout: 10_000 });
  const loser = (await told(seller.page).count()) === 1 ? seller : buyer;
  const lost = loser === seller ? 'Seller version' : 'Buyer version';
  await loser.page.getByRole('button', { name: 'Put mine back' }).click();
  for (const { page } of [seller, buyer]) await expect(title(page, id)).toHaveText(lost);
  for (const { page } of [seller, buyer]) await expect(told(page)).toHaveCount(0);
});

test('a refused edit: the old value is back, the reason stays at the field, my text can be copied', async ({
  server,
  sit,
}) => {
  const { room, seller, buyer } = await sitTogether(server, sit);
  const id = await milestoneId(buyer.page, 'Security review');
  buyer.proxy.cut();
  await connection(buyer.page, 'reconnecting', 2_000);
  await enterTitle(buyer.page, id, 'Typed without the right to');
  await server.submit(room, seller.session, [
    { kind: 'participant.update', id: buyer.id, set: { access: 'commenter' } },
  ]);

  buyer.proxy.heal();

  const notice = cell(buyer.page, id, 'title').getByRole('alert');
  await expect(notice).toContainText('Couldn’t save title.', { timeout: 20_000 });
  await expect(title(buyer.page, id)).toHaveText('Security review');
  await buyer.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await notice.getByRole('button', { name: 'Copy my text' }).click();
  expect(await buyer.page.evaluate(() => navigator.clipboard.readText())).toBe('Typed without the right to');
  await expect(notice).toBeVisible();
  await notice.getByRole('button', { name: 'Dismiss' }).click();
  await expect(notice).toHaveCount(0);
  await expect(title(seller.page, id)).toHaveText('Security review');
});

test('undo takes back my last edit, not the one of the other', async ({ server, sit }) => {
  const { seller, buyer } = await sitTogether(server, sit);
  const [mine, theirs] = [
    await milestoneId(seller.page, 'Security review'),
    await milestoneId(seller.page, 'Proposal review'),
  ];
  await enterTitle(seller.page, mine, 'Mine');
  await expect(title(buyer.page, mine)).toHaveText('Mine');
  await enterTitle(buyer.page, theirs, 'Theirs');
  await expect(title(seller.page, theirs)).toHaveText('Theirs');

  await seller.page.keyboard.press('Control+z');

  for (const { page } of [seller, buyer]) {
    await expect(title(page, mine)).toHaveText('Security review');
    await expect(title(page, theirs)).toHaveText('Theirs');
  }
  await seller.page.keyboard.press('Control+Shift+z');
  await expect(title(buyer.page, mine)).toHaveText('Mine');
});

test('undo is refused with a name when somebody came after', async ({ server, sit }) => {
  const { seller, buyer } = await sitTogether(server, sit);
  const id = await milestoneId(seller.page, 'Security review');
  await enterTitle(seller.page, id, 'Mine');
  await expect(title(buyer.page, id)).toHaveText('Mine');
  await enterTitle(buyer.page, id, 'Theirs');
  await expect(title(seller.page, id)).toHaveText('Theirs');

  await seller.page.keyboard.press('Control+z');

  await expect(seller.page.getByText('Marc Olsen changed this after you').first()).toBeVisible();
  await expect(title(seller.page, id)).toHaveText('Theirs');
});

test('a removed milestone is gone without a question and comes back whole with one click', async ({
  server,
  sit,
}) => {
  const { room, seller, buyer } = await sitTogether(server, sit);
  const id = await milestoneId(seller.page, 'Security review');
  await server.submit(room, buyer.session, [
    { kind: 'comment.add', id: randomUUID(), set: { on: { entity: 'milestone', id }, body: 'Keep me' } },
  ]);
  const comments = cell(seller.page, id, 'notes').getByRole('button', { name: '1 comment' });
  await expect(comments).toBeVisible();
  const order = await titles(seller.page).allTextContents();
  await row(seller.page, id).focus();
  await seller.page.clock.install();

  await seller.page.keyboard.press('Backspace');
  await expect(row(buyer.page, id)).toHaveCount(0);
  await expect(seller.page.getByRole('dialog')).toHaveCount(0);
  // The way back stays for ten seconds, and as long as it has the pointer or the focus.
  const undo = seller.page.getByRole('status').getByRole('button', { name: 'Undo' });
  await seller.page.clock.fastForward(9_000);
  await undo.hover();
  await seller.page.clock.fastForward(30_000);
  await undo.focus();
  await seller.page.mouse.move(600, 10);
  await seller.page.clock.fastForward(30_000);
  await undo.press('Enter');

  for (const { page } of [buyer, seller]) await expect(titles(page)).toHaveText(order);
  await expect(comments).toBeVisible();
});

test('the other changes a date: go-live countdown, late marks and the runway follow', async ({
  server,
  sit,
}) => {
  const { room, seller, buyer } = await sitTogether(server, sit);
  const id = await milestoneId(seller.page, 'Kick-off');
  const late = buyer.page.getByRole('region', { name: 'Runway to go-live' }).getByText(/\d+ late/);
  const before = Number.parseInt((await late.textContent()) ?? '', 10);
  await expect(cell(buyer.page, id, 'due')).not.toContainText('late');

  await server.submit(room, seller.session, [
    { kind: 'milestone.update', id, set: { due: daysFromToday(-3) } },
  ]);

  await expect(cell(buyer.page, id, 'due')).toContainText('late');
  await expect(late).toHaveText(`${before + 1} late`);
});

interface Watched {
  /** seen is the title two frames after the key. */
  seen: Promise<string | null | undefined>;
}

/** watchNextKey reads a title two frames after the next key. */
function watchNextKey(testid: string): void {
  (window as unknown as Watched).seen = new Promise((resolve) => {
    const read = () => resolve(document.querySelector(`[data-testid="${testid}"] .text`)?.textContent);
    const nextFrame = (then: () => void) => requestAnimationFrame(() => then());
    addEventListener('keydown', () => nextFrame(() => nextFrame(read)), { once: true, capture: true });
  });
}
