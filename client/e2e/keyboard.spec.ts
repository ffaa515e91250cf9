import type { Page } from '@playwright/test';
import { sitTogether } from './support/couple.ts';
import { cell, milestoneId, row, title, titles } from './support/room.ts';
import { expect, test } from './support/test.ts';

test('a plan is made by keyboard alone', async ({ server, sit }) => {
  const { seller, buyer } = await sitTogether(server, sit);
  const { page } = seller;
  const { keyboard } = page;
  await page.evaluate(countPointers);
  await enterGrid(page);

  await keyboard.press('Control+End');
  await expect(page.getByLabel('Add phase')).toBeFocused();
  await keyboard.type('After go-live');
  await keyboard.press('Enter');
  await expect(page.getByLabel('Add milestone to After go-live')).toBeFocused();
  await keyboard.type('First review');
  await keyboard.press('Enter');
  await keyboard.type('Second review');
  await keyboard.press('Enter');
  const first = await milestoneId(page, 'First review');
  await milestoneId(page, 'Second review');

  await keyboard.press('ArrowUp');
  await keyboard.press('ArrowUp');
  await expect(cell(page, first, 'title')).toBeFocused();
  await keyboard.press('F2');
  await keyboard.type(' with Acme');
  await keyboard.press('Tab');
  await expect(cell(page, first, 'buyer_owner')).toBeFocused();
  await keyboard.type('Marc');
  await keyboard.press('Enter');
  await expect(cell(page, first, 'buyer_owner')).toContainText('Marc');
  await keyboard.press('ArrowRight');
  await keyboard.press('Enter');
  await keyboard.type('Priya');
  await keyboard.press('Tab');
  await expect(cell(page, first, 'due')).toBeFocused();
  await keyboard.type('+2w');
  await keyboard.press('Enter');
  await expect(cell(page, first, 'due').locator('time')).toBeVisible();
  await keyboard.press('Escape');
  await expect(row(page, first)).toBeFocused();
  await keyboard.press('s');
  await keyboard.type('in');
  await keyboard.press('Enter');

  await expect(title(buyer.page, first)).toHaveText('First review with Acme');
  await expect(cell(buyer.page, first, 'status')).toContainText('In progress');
  await expect(cell(buyer.page, first, 'buyer_owner')).toContainText('Marc');
  await expect(cell(buyer.page, first, 'seller_owner')).toContainText('Priya');
  await expect(cell(buyer.page, first, 'due').locator('time')).toBeVisible();
  expect(await page.evaluate(() => (window as unknown as { pointers: number }).pointers)).toBe(0);
});

test('a milestone is moved, commented, deleted and brought back by keyboard', async ({ server, sit }) => {
  const { seller, buyer } = await sitTogether(server, sit);
  const { page } = seller;
  const { keyboard } = page;
  const id = await milestoneId(page, 'Technical evaluation');
  await row(page, id).focus();

  await keyboard.press('Alt+ArrowUp');
  await expect(titles(buyer.page).nth(0)).toHaveText('Technical evaluation');
  await expect(row(page, id)).toBeFocused();
  await keyboard.press('Alt+ArrowDown');
  await expect(titles(buyer.page).nth(1)).toHaveText('Technical evaluation');

  await keyboard.press('c');
  await expect(page.getByLabel('New comment, everyone sees it')).toBeFocused();
  await keyboard.type('Who joins from Acme?');
  await keyboard.press('Control+Enter');
  await keyboard.press('Escape');
  await expect(row(page, id)).toBeFocused();
  await expect(cell(buyer.page, id, 'notes')).toContainText('1');

  await keyboard.press('Backspace');
  await expect(row(buyer.page, id)).toHaveCount(0);
  await expect(page.locator('[role="treegrid"] :focus')).toHaveCount(1);
  await keyboard.press('Control+z');
  await expect(titles(buyer.page).nth(1)).toHaveText('Technical evaluation');
});

test('Tab goes into the grid once and out of it once', async ({ server, sit }) => {
  const { seller } = await sitTogether(server, sit);
  const { page } = seller;
  const inside = page.locator('[role="treegrid"] :focus');
  const stops = page.locator('[role="treegrid"] [tabindex="0"]');
  await expect(stops).toHaveCount(1);

  await enterGrid(page);
  await page.keyboard.press('Tab');
  await expect(inside).toHaveCount(0);
  await page.keyboard.press('Shift+Tab');
  await expect(inside).toHaveCount(1);
  for (const key of ['ArrowDown', 'ArrowRight', 'End', 'Escape', 'Control+Home', 'Control+End']) {
    await page.keyboard.press(key);
    await expect(inside, key).toHaveCount(1);
    await expect(stops, key).toHaveCount(1);
  }
  await page.keyboard.press('Shift+Tab');
  await expect(page.getByRole('button', { name: 'Add milestone' })).toBeFocused();
});

test('arrows, Home, End and the page keys go from cell to cell', async ({ server, sit }) => {
  const { seller } = await sitTogether(server, sit);
  const { page } = seller;
  const first = await milestoneId(page, 'Discovery recap');
  const second = await milestoneId(page, 'Technical evaluation');
  const place = () =>
    page.evaluate(() => {
      const at = document.activeElement;
      return at?.getAttribute('data-stop') ?? at?.getAttribute('data-row');
    });
  await cell(page, first, 'title').focus();

  for (const [key, to] of [
    ['ArrowDown', `${second}/title`],
    ['ArrowRight', `${second}/buyer_owner`],
    ['ArrowLeft', `${second}/title`],
    ['ArrowLeft', `${second}/status`],
    ['End', `${second}/more`],
    ['ArrowUp', `${first}/more`],
    ['Home', `${first}/move`],
    ['ArrowLeft', first],
    ['ArrowDown', second],
    ['ArrowRight', `${second}/move`],
    ['Escape', second],
  ] as const) {
    await page.keyboard.press(key);
    await expect.poll(place, key).toBe(to);
  }
  // The page keys go ten rows, Ctrl with Home and End to the ends; the column is kept.
  const rows = await page
    .locator('[role="treegrid"] [data-row]')
    .evaluateAll((all) => all.map((one) => one.getAttribute('data-row')));
  const tenth = rows[rows.indexOf(second) + 10];
  await cell(page, second, 'title').focus();
  await page.keyboard.press('PageDown');
  await expect.poll(place).toBe(`${tenth}/title`);
  await page.keyboard.press('PageUp');
  await expect.poll(place).toBe(`${second}/title`);
  await page.keyboard.press('Control+End');
  await expect(page.getByLabel('Add phase')).toBeFocused();
  await page.keyboard.press('Control+Home');
  await expect.poll(place).toBe(`${rows[0]}/title`);
});

test('a date is typed as people write it, shown in full before it is saved, and kept when it is none', async ({
  server,
  sit,
}) => {
  const { seller, buyer } = await sitTogether(server, sit);
  const { page } = seller;
  const id = await milestoneId(page, 'Training');
  const due = cell(page, id, 'due');
  await due.focus();

  await page.keyboard.type('31 feb');
  await page.keyboard.press('Enter');
  await expect(due.getByRole('alert')).toBeVisible();
  await expect(due.locator('input')).toHaveValue('31 feb');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('T-30');
  await expect(page.getByTestId('edit-echo')).toContainText(/\w{3}.* 20\d\d/);
  await page.keyboard.press('Enter');

  await expect(cell(buyer.page, id, 'tminus')).toHaveText('T−30');
});

/** enterGrid goes from the button before the grid into it. */
async function enterGrid(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Add milestone' }).focus();
  await page.keyboard.press('Tab');
  await expect(page.locator('[role="treegrid"] :focus')).toHaveCount(1);
}

function countPointers(): void {
  const counted = window as unknown as { pointers: number };
  counted.pointers = 0;
  addEventListener('pointerdown', () => counted.pointers++, { capture: true });
}
