import type { Page } from '@playwright/test';
import { faults } from './support/axe.ts';
import { sitDown } from './support/couple.ts';
import { connection, enterTitle, milestoneId, title } from './support/room.ts';
import { ORIGIN, type RunningServer } from './support/server.ts';
import { expect, test } from './support/test.ts';

for (const [width, height] of [
  [1280, 800],
  [360, 740],
] as const)
  test(`a link with a list: who is on it comes in by a code, who is not asks and is let in, ${width} px`, async ({
    server,
    sit,
  }) => {
    const options = { viewport: { width, height }, reducedMotion: 'reduce' } as const;
    const room = await server.room();
    const { page } = await sitDown(server, sit, room, 'seller', 'Priya Nair', 'owner', options);
    const dana = `dana.${width}@acme.example`;
    const lena = `lena.${width}@partner.example`;

    await page.getByRole('button', { name: 'Share' }).click();
    const dialog = page.getByRole('dialog', { name: /^Share/ });
    await dialog.getByRole('button', { name: 'Their company only' }).click();
    await dialog.getByLabel(/Who is let in/).fill('acme.example');
    await dialog.getByRole('button', { name: 'Make link' }).click();
    const path = (await dialog.getByLabel('The new link').inputValue()).replace(ORIGIN, '');
    expect(await faults(page), 'the tab of links').toEqual([]);

    const guest = (await sit(path, options)).page;
    await expect(guest.getByRole('heading', { name: 'Somebody shared a plan with you' })).toBeVisible();
    expect(await guest.content()).not.toMatch(/Acme|Northwind|Rollout/);
    await knock(guest, 'Dana Kim', dana);
    expect(await faults(guest), 'the door').toEqual([]);
    await guest.getByLabel('Code from the mail').fill('12 34');
    await guest.getByRole('button', { name: 'Open the plan' }).click();
    await expect(guest.getByText('This code is not the one')).toBeVisible();
    await guest.getByLabel('Code from the mail').fill(code(server, dana));
    await guest.getByRole('button', { name: 'Open the plan' }).click();
    await connection(guest, 'live');
    const id = await milestoneId(guest, 'Security review');
    if (width > 720) {
      await enterTitle(guest, id, 'Security review in May');
      await expect(title(page, id)).toHaveText('Security review in May');
    }
    await guest.reload();
    await connection(guest, 'live'); // who came in need not say it again

    const other = (await sit(path, options)).page;
    await knock(other, 'Lena Brandt', lena);
    await other.getByLabel(/A word to its owners/).fill('I am their new counsel');
    await other.getByRole('button', { name: 'Ask for access' }).click();
    await expect(other.getByText('Asked. If they let you in')).toBeVisible();
    expect(server.mails(lena)).toEqual([]);

    await dialog.getByRole('tab', { name: 'People' }).click();
    await expect(dialog.getByText('“I am their new counsel”')).toBeVisible();
    expect(await faults(page), 'the tab of people').toEqual([]);
    await dialog.getByRole('button', { name: 'Let Lena Brandt in', exact: true }).click();
    await expect(dialog.getByText('Asking for access')).toHaveCount(0);
    const own = /https?:\/\/\S+?(\/join\/\w+)/.exec(server.mails(lena)[0]?.Text ?? '')?.[1] ?? '';
    await other.goto(own);
    await knock(other, 'Lena Brandt', lena);
    await other.getByLabel('Code from the mail').fill(code(server, lena));
    await other.getByRole('button', { name: 'Open the plan' }).click();
    await connection(other, 'live');
  });

test('a link that watches behind a password: open, live, paused, and open again', async ({ server, sit }) => {
  const room = await server.room();
  const seller = await sitDown(server, sit, room, 'seller', 'Priya Nair', 'owner');
  const { page } = seller;
  await page.getByRole('button', { name: 'Share' }).click();
  const dialog = page.getByRole('dialog', { name: /^Share/ });
  await dialog.getByRole('button', { name: 'Watch only' }).click();
  await dialog.getByLabel(/^Password/).fill('bare-feet-9');
  await dialog.getByLabel(/^Label/).fill('For the board');
  await dialog.getByRole('button', { name: 'Make link' }).click();
  const url = await dialog.getByLabel('The new link').inputValue();

  const { page: guest } = await sit(url.replace(ORIGIN, ''));
  await guest.getByLabel('Password').fill('bare-feet-8');
  await guest.getByRole('button', { name: 'Open the plan' }).click();
  await expect(guest.getByText('This is not the password.')).toBeVisible();
  await guest.getByLabel('Password').fill('bare-feet-9');
  await guest.getByRole('button', { name: 'Open the plan' }).click();
  await expect(guest.getByText('Security review').first()).toBeVisible();
  await guest.mouse.move(200, 200);
  await guest.mouse.move(220, 260);
  const shared = await milestoneId(page, 'Security review');
  await server.submit(room, seller.session, [
    { kind: 'milestone.update', id: shared, set: { title: 'Security review by March' } },
  ]);
  await expect(guest.getByText('Security review by March').first()).toBeVisible();
  expect(await guest.context().cookies()).toEqual([]);

  const row = dialog.getByRole('listitem').filter({ hasText: 'For the board' });
  await row.getByRole('button', { name: /^Pause/ }).click();
  await expect(row.getByText('Paused')).toBeVisible();
  await expect(guest.getByText('Security review')).toHaveCount(0);
  await row.getByRole('button', { name: /^Resume/ }).click();
  await expect(row.getByText('Paused')).toHaveCount(0);
  await expect(async () => {
    await guest.reload(); // what was looked up of a link is a second old at most
    await expect(guest.getByText('Security review by March').first()).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await guest.mouse.move(240, 300);
  await expect(async () => {
    await row.getByRole('button', { name: /^Extend/ }).click();
    await expect(row.getByText(/1 view/)).toBeVisible({ timeout: 1_000 });
  }).toPass();
});

async function knock(page: Page, name: string, email: string): Promise<void> {
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('Your e-mail').fill(email);
  await page.getByRole('button', { name: 'Send me a code' }).click();
  await expect(page.getByLabel('Code from the mail')).toBeFocused();
}

/** code is the newest that was mailed to an address. */
function code(server: RunningServer, to: string): string {
  return server.mails(to).at(-1)?.Subject.slice(0, 6) ?? '';
}
