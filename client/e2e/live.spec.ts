import { sitTogether } from './support/couple.ts';
import { cell, connection, enterTitle, milestoneId, row } from './support/room.ts';
import { expect, test } from './support/test.ts';

test('an edit of one side is on the other screen', async ({ server, sit }) => {
  const { seller, buyer } = await sitTogether(server, sit);
  const id = await milestoneId(seller.page, 'Security review');

  await enterTitle(seller.page, id, 'Security review with Lena');

  await expect(cell(buyer.page, id, 'title')).toContainText('Security review with Lena');
  await expect(seller.page.locator('[data-pending]')).toHaveCount(0);
});

test('both commit the same field: one value everywhere, and the loser is told', async ({ server, sit }) => {
  const { seller, buyer } = await sitTogether(server, sit);
  const id = await milestoneId(seller.page, 'Security review');
  await cell(seller.page, id, 'title').click();
  await seller.page.keyboard.press('Enter');
  await seller.page.keyboard.press('Control+a');
  await seller.page.keyboard.type('From Northwind');

  await enterTitle(buyer.page, id, 'From Acme');

  const choice = seller.page.getByText(/while you were typing/);
  await expect(choice).toBeVisible();
  await expect(seller.page.locator('input:focus')).toHaveValue('From Northwind');
  await seller.page.getByRole('button', { name: /Keep mine/ }).click();
  await expect(cell(buyer.page, id, 'title')).toContainText('From Northwind');
  await expect(cell(seller.page, id, 'title')).toContainText('From Northwind');
});

test('"Use theirs" takes the other value', async ({ server, sit }) => {
  const { seller, buyer } = await sitTogether(server, sit);
  const id = await milestoneId(seller.page, 'Security review');
  await cell(seller.page, id, 'title').click();
  await seller.page.keyboard.press('Enter');
  await seller.page.keyboard.press('Control+a');
  await seller.page.keyboard.type('From Northwind');

  await enterTitle(buyer.page, id, 'From Acme');
  await seller.page.getByRole('button', { name: /^Use / }).click();

  await expect(cell(seller.page, id, 'title')).toContainText('From Acme');
  await expect(cell(buyer.page, id, 'title')).toContainText('From Acme');
});

test('an edit made without having seen the other: exactly one person is told it was replaced', async ({
  server,
  sit,
}) => {
  const { seller, buyer } = await sitTogether(server, sit);
  const id = await milestoneId(seller.page, 'Security review');
  buyer.proxy.delay(400);

  await Promise.all([
    enterTitle(seller.page, id, 'Seller version'),
    enterTitle(buyer.page, id, 'Buyer version'),
  ]);

  const told = (page: typeof seller.page) => page.getByText(/replaced yours/);
  await expect(async () => {
    const texts = await Promise.all([
      cell(seller.page, id, 'title').innerText(),
      cell(buyer.page, id, 'title').innerText(),
    ]);
    expect(texts[0]).toBe(texts[1]);
    expect((await told(seller.page).count()) + (await told(buyer.page).count())).toBe(1);
  }).toPass({ timeout: 10_000 });
  const loser = (await told(seller.page).count()) === 1 ? seller : buyer;
  const lost = loser === seller ? 'Seller version' : 'Buyer version';
  await loser.page.getByRole('button', { name: /Put mine back/ }).click();
  for (const seat of [seller, buyer]) await expect(cell(seat.page, id, 'title')).toContainText(lost);
});

test('remote edits leave focus, caret, text and the row alone', async ({ server, sit }) => {
  const { seller, buyer } = await sitTogether(server, sit);
  const typing = await milestoneId(buyer.page, 'Technical evaluation');
  const other = await milestoneId(seller.page, 'Security review');
  await cell(buyer.page, typing, 'title').click();
  await buyer.page.keyboard.press('Enter');
  await buyer.page.keyboard.press('Home');
  for (let i = 0; i < 3; i++) await buyer.page.keyboard.press('ArrowRight');
  const before = await focusState(buyer.page);

  await enterTitle(
    seller.page,
    other,
    'A much longer title that has to be cut with an ellipsis at the end of its cell',
  );
  await row(seller.page, typing).focus();
  await seller.page.keyboard.press('Alt+ArrowUp');
  await seller.page.keyboard.press('Alt+ArrowDown');
  await expect(cell(buyer.page, other, 'title')).toContainText('A much longer title');

  expect(await focusState(buyer.page)).toEqual(before);
});

test('a ring with initials shows where the other is typing, and the letters', async ({ server, sit }) => {
  const { seller, buyer } = await sitTogether(server, sit);
  const id = await milestoneId(seller.page, 'Security review');

  await cell(seller.page, id, 'title').click();
  await expect(cell(buyer.page, id, 'title')).not.toContainText('PN');
  await seller.page.keyboard.press('Enter');
  await seller.page.keyboard.press('Control+a');
  await seller.page.keyboard.type('Draft words');

  await expect(cell(buyer.page, id, 'title')).toContainText('Draft words');
  await expect(cell(buyer.page, id, 'title')).toContainText('PN');
  await seller.page.keyboard.press('Escape');
  await expect(cell(buyer.page, id, 'title')).not.toContainText('PN');
  await expect(cell(buyer.page, id, 'title')).toContainText('Security review');
});

test('undo takes back only my own edit, and is refused when somebody came after', async ({ server, sit }) => {
  const { seller, buyer } = await sitTogether(server, sit);
  const id = await milestoneId(seller.page, 'Security review');
  await enterTitle(seller.page, id, 'Mine');
  await expect(cell(buyer.page, id, 'title')).toContainText('Mine');

  await enterTitle(buyer.page, id, 'Theirs');
  await expect(cell(seller.page, id, 'title')).toContainText('Theirs');
  await row(seller.page, id).focus();
  await seller.page.keyboard.press('Control+z');

  await expect(seller.page.getByText(/changed this after you/)).toBeVisible();
  await expect(cell(seller.page, id, 'title')).toContainText('Theirs');
});

test('a removed milestone comes back with one click', async ({ server, sit }) => {
  const { seller, buyer } = await sitTogether(server, sit);
  const id = await milestoneId(seller.page, 'Security review');
  await row(seller.page, id).focus();

  await seller.page.keyboard.press('Backspace');
  await expect(row(buyer.page, id)).toHaveCount(0);
  await seller.page.getByRole('button', { name: 'Undo' }).first().click();

  await expect(row(buyer.page, id)).toHaveCount(1);
  await connection(seller.page, 'live');
});

async function focusState(page: import('@playwright/test').Page): Promise<unknown> {
  return page.evaluate(() => {
    const input = document.activeElement as HTMLInputElement;
    return [input.tagName, input.value, input.selectionStart, input.selectionEnd, window.scrollY];
  });
}
