import { faults } from './support/axe.ts';
import { sitDown, sitTogether } from './support/couple.ts';
import { connection } from './support/room.ts';
import { expect, test } from './support/test.ts';

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true } as const;

interface RoomRecord {
  readonly buyer_weekend?: readonly string[];
  readonly buyer_country?: string;
  readonly buyer_holidays?: readonly string[];
  readonly seller_country?: string;
  readonly seller_holidays?: readonly string[];
}

test('an editor says when their company works, the other company sees it, and undo takes it back', async ({
  server,
  sit,
}) => {
  const { room, seller, buyer } = await sitTogether(server, sit);
  const { page } = buyer;
  await page.getByRole('button', { name: 'Room menu' }).click();
  await page.getByRole('menuitem', { name: 'Working days' }).click();
  const dialog = page.getByRole('dialog', { name: 'Working days' });
  const acme = dialog.getByRole('group', { name: 'Acme', exact: true });
  await expect(acme.getByLabel('Sat')).toBeChecked();
  await acme.getByLabel('Fri').check();
  await acme.getByLabel('Sun').uncheck();
  await acme.getByLabel('Holidays of').selectOption({ label: 'Norway' });
  await expect(acme.getByText(/^Next: /)).toBeVisible();
  await acme.getByLabel('Another day off of Acme').fill('someday');
  await acme.getByRole('button', { name: 'Add day' }).click();
  await expect(acme.getByRole('alert')).toBeVisible();
  await acme.getByLabel('Another day off of Acme').fill('2099-07-20');
  await page.keyboard.press('Enter');
  await expect(acme.getByRole('list')).toContainText('20 Jul 2099');
  expect(await faults(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Save working days' }).click();
  await expect(dialog).toHaveCount(0);

  const activity = seller.page.getByRole('complementary', { name: 'Activity' });
  await expect(activity).toContainText('Marc Olsen changed the working days of Acme');
  const saved = await record();
  expect([saved.buyer_weekend, saved.buyer_country]).toEqual([['fri', 'sat'], 'no']);
  expect(saved.buyer_holidays).toContain('2099-07-20');
  expect(saved.buyer_holidays?.some((day) => day.endsWith('-05-17'))).toBe(true);

  await page.getByRole('status').getByRole('button', { name: 'Undo' }).click();
  await expect.poll(async () => (await record()).buyer_country ?? null).toBeNull();
  expect((await record()).buyer_weekend ?? null).toBeNull();

  async function record(): Promise<RoomRecord> {
    return readRoom(room, buyer.session);
  }

  async function readRoom(id: string, session: string): Promise<RoomRecord> {
    const path = `/api/v1/rooms/${id}/snapshot?stream=shared`;
    const { snapshot } = await server.api<{ snapshot: { entities: { room: RoomRecord[] } } }>(
      'GET',
      path,
      undefined,
      session,
    );
    return snapshot.entities.room[0] ?? {};
  }
});

test('who may only look sees the working days on a phone and cannot change them', async ({ server, sit }) => {
  const room = await server.room();
  const { page } = await sitDown(server, sit, room, 'buyer', 'Lena Brandt', 'viewer', PHONE);
  await page.getByRole('button', { name: 'Room menu' }).click();
  await expect(page.getByRole('menuitem', { name: /Import/ })).toHaveCount(0);
  await page.getByRole('menuitem', { name: 'Working days' }).click();
  const dialog = page.getByRole('dialog', { name: 'Working days' });
  await expect(dialog.getByText('You can look, not change.')).toBeVisible();
  await expect(dialog.getByLabel('Sat').first()).toBeDisabled();
  await expect(dialog.getByRole('button', { name: 'Save working days' })).toHaveCount(0);
  expect(await faults(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);

  const editor = await sitDown(server, sit, room, 'buyer', 'Marc Olsen', 'editor', PHONE);
  await editor.page.getByRole('button', { name: 'Room menu' }).click();
  await editor.page.getByRole('menuitem', { name: 'Working days' }).click();
  const mine = editor.page.getByRole('dialog', { name: 'Working days' });
  await expect(mine.getByRole('button', { name: 'Add day' }).first()).toBeVisible();
  await expect(mine.getByRole('combobox', { name: 'Holidays of Acme' })).toBeEnabled();
  const sideways = mine.locator('form').evaluate((form) => form.scrollWidth - form.clientWidth);
  expect(await sideways).toBe(0);
});

test('a new room has the holidays of the two countries it was made with', async ({ server, sit }) => {
  const { seller } = await sitTogether(server, sit);
  const { page } = seller;
  await page.getByRole('link', { name: 'New room' }).click();
  await page.getByLabel('Customer', { exact: true }).fill('Globex');
  await page.getByLabel('Not known yet').check();
  await page.getByText('Time zone and days off').click();
  await page.getByLabel('Holidays of Northwind').selectOption({ label: 'Germany, Bavaria' });
  await page.getByLabel('Holidays of Globex').selectOption({ label: 'Norway' });
  expect(await faults(page)).toEqual([]);
  await page.getByRole('button', { name: 'Make the room' }).click();
  await connection(page, 'live');
  await page.getByRole('button', { name: 'Room menu' }).click();
  await page.getByRole('menuitem', { name: 'Working days' }).click();
  const globex = page.getByRole('group', { name: 'Globex', exact: true });
  await expect(globex.getByLabel('Holidays of')).toHaveValue('no');
  await expect(globex.getByText(/^Next: /)).toBeVisible();
  await expect(
    page.getByRole('group', { name: 'Northwind', exact: true }).getByLabel('Holidays of'),
  ).toHaveValue('de-by');
});
