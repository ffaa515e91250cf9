import type { Page } from '@playwright/test';
import { sitDown, sitTogether } from './support/couple.ts';
import { connection } from './support/room.ts';
import { ORIGIN } from './support/server.ts';
import { expect, test } from './support/test.ts';

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

const openTab = (page: Page) =>
  page.getByRole('navigation', { name: 'Room' }).getByRole('link', { name: 'People' }).click();
const card = (page: Page, name: string) => page.getByRole('article', { name });

test('an owner asks somebody in for a role: their link opens the room as them', async ({ server, sit }) => {
  const { seller, buyer } = await sitTogether(server, sit);
  for (const { page } of [seller, buyer]) await openTab(page);
  const { page } = seller;
  const role = page.locator('[data-testid^="role-"]').filter({ hasText: 'No one from Acme Legal yet' });
  await role.getByRole('button', { name: 'Invite' }).click();
  const form = page.getByRole('form', { name: 'Invite somebody from Acme' });
  await expect(form.getByLabel('Name')).toBeFocused();
  await expect(form.getByLabel('Role')).toHaveValue('Legal');
  await page.keyboard.type('Lena Fischer');
  await form.getByLabel('E-mail').fill('lena@acme.example');
  await form.getByLabel('Access').selectOption('commenter');
  await form.getByRole('button', { name: 'Invite' }).click();
  const url = await page.getByLabel('Link for Lena Fischer').inputValue();

  await expect(card(buyer.page, 'Lena Fischer')).toContainText('Not in yet');
  await expect(buyer.page.getByText('No one from Acme Legal yet')).toHaveCount(0);
  const lena = await sit(url.replace(ORIGIN, ''));
  await connection(lena.page, 'live');
  await expect(card(page, 'Lena Fischer')).toContainText('Here now');
  await expect(card(page, 'Lena Fischer')).toContainText('Can comment');
  await openTab(lena.page);
  await expect(card(lena.page, 'Lena Fischer')).toContainText('(you)');
  await expect(lena.page.getByRole('button', { name: 'Invite' })).toHaveCount(0);
});

test('an owner changes what somebody may do, takes it away, and gives it back', async ({ server, sit }) => {
  const { seller, buyer } = await sitTogether(server, sit);
  const { page } = seller;
  await openTab(page);
  await openTab(buyer.page);
  const marc = card(page, 'Marc Olsen');
  await marc.getByRole('button', { name: 'Edit Marc Olsen' }).click();
  await marc.getByLabel('Access').selectOption('viewer');
  await expect(card(buyer.page, 'Marc Olsen')).toContainText('Can view');

  await marc.getByRole('button', { name: 'Remove access' }).click();
  await expect(buyer.page.getByRole('heading', { name: /no longer/ })).toBeVisible({ timeout: 5_000 });
  await expect(marc).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(marc).toBeVisible();
});

test('whoever edits gives an empty role to somebody, by keyboard', async ({ server, sit }) => {
  const { seller, buyer } = await sitTogether(server, sit);
  for (const { page } of [seller, buyer]) await openTab(page);
  const pick = buyer.page.getByLabel('Who is Project lead?');
  await pick.focus();
  await pick.selectOption({ label: 'Marc Olsen' });
  await expect(seller.page.getByLabel('Who is Project lead?').locator('option:checked')).toHaveText(
    'Marc Olsen',
  );
  await expect(card(seller.page, 'Marc Olsen')).toContainText(/\d+ open.*Next:/);
});

test('what the seller notes about a buyer is nowhere in the buyer’s page', async ({ server, sit }) => {
  const { seller, buyer } = await sitTogether(server, sit);
  await openTab(seller.page);
  const marc = card(seller.page, 'Marc Olsen');
  await marc.getByRole('button', { name: 'Edit Marc Olsen' }).click();
  await marc.getByLabel('For us').selectOption('champion');
  await marc.getByRole('button', { name: 'Edit Marc Olsen' }).click();
  await expect(marc.getByText('Champion')).toBeVisible();

  await buyer.page.reload();
  await connection(buyer.page, 'live');
  await openTab(buyer.page);
  await expect(card(buyer.page, 'Marc Olsen')).toBeVisible();
  await card(buyer.page, 'Marc Olsen').getByRole('button', { name: 'Edit Marc Olsen' }).click();
  await expect(buyer.page.getByLabel('For us')).toHaveCount(0);
  expect((await buyer.page.content()).toLowerCase()).not.toContain('champion');
});

test('on a phone the companies stand under each other, and everything to tap is 44 px', async ({
  server,
  sit,
}) => {
  const room = await server.room();
  const { page } = await sitDown(server, sit, room, 'seller', 'Priya Nair', 'owner', PHONE);
  await page.getByRole('navigation', { name: 'Room' }).getByRole('link', { name: 'People' }).tap();
  await expect(card(page, 'Priya Nair')).toBeVisible();
  await card(page, 'Priya Nair').getByRole('button', { name: 'Edit Priya Nair' }).tap();
  const small = await page.locator('#content').evaluate((node) =>
    [...node.querySelectorAll<HTMLElement>('button:not(.link), select, input, summary')].flatMap((target) => {
      const { width, height } = target.getBoundingClientRect();
      return width >= 43.5 && height >= 43.5
        ? []
        : [`${target.outerHTML.slice(0, 120)} ${width} × ${height}`];
    }),
  );
  expect(small).toEqual([]);
});
