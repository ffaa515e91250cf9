import { faults } from './support/axe.ts';
import { sitDown, sitTogether } from './support/couple.ts';
import { expect, test } from './support/test.ts';

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true } as const;

test('a plan is saved as a template, used in an empty room, and deleted where rooms are made', async ({
  server,
  sit,
}) => {
  const { seller, buyer } = await sitTogether(server, sit);
  const { page } = seller;
  const menu = page.getByRole('button', { name: 'Room menu' });
  await menu.click();
  await page.getByRole('menuitem', { name: 'Save as template' }).click();
  const save = page.getByRole('dialog', { name: 'Save as template' });
  await save.getByLabel('Name').fill('');
  await save.getByRole('button', { name: 'Save template' }).click();
  await expect(save.getByRole('alert')).toHaveText('What is the template called?');
  await save.getByLabel('Name').fill('Our way of working');
  await save.getByLabel('What it is for').fill('Deals below 50,000');
  expect(await faults(page)).toEqual([]);
  await save.getByRole('button', { name: 'Save template' }).click();
  await expect(page.getByText('Template “Our way of working” saved')).toBeVisible();
  await expect(menu).toBeFocused();

  // It is the selling company's own.
  await buyer.page.getByRole('button', { name: 'Room menu' }).click();
  await expect(buyer.page.getByRole('menuitem', { name: 'Save as template' })).toHaveCount(0);
  await buyer.page.getByRole('menuitem', { name: 'Use a template' }).click();
  await expect(buyer.page.getByRole('radio', { name: /^Pilot/ })).toBeAttached();
  await expect(buyer.page.getByText('Our way of working')).toHaveCount(0);

  const empty = await server.room({ template: '' });
  const priya = await sitDown(server, sit, empty, 'seller', 'Priya Nair', 'owner', PHONE);
  await priya.page.getByRole('button', { name: 'Use a template' }).click();
  const use = priya.page.getByRole('dialog', { name: 'Use a template' });
  await use.getByText('Our way of working').click();
  expect(await faults(priya.page)).toEqual([]);
  expect(await priya.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await use.getByRole('button', { name: 'Use this template' }).click();
  await expect(priya.page.getByText('12 milestones added')).toBeVisible();
  await expect(priya.page.locator('[data-testid^="row-"]')).toHaveCount(12);

  // From a phone, too, a room can be made; there the own templates are listed and deleted.
  await priya.page.getByRole('button', { name: 'Room menu' }).click();
  await priya.page.getByRole('menuitem', { name: 'New room' }).click();
  await expect(priya.page.getByRole('heading', { name: 'New room', level: 1 })).toBeVisible();
  await priya.page.getByText('Your own templates').click();
  await priya.page.getByRole('button', { name: 'Delete Our way of working' }).click();
  await priya.page.getByRole('button', { name: 'Delete it for good' }).click();
  await expect(priya.page.getByText('Our way of working')).toHaveCount(0);
  await expect(priya.page.getByRole('radio', { name: /^Pilot/ })).toBeAttached();
  expect(await faults(priya.page)).toEqual([]);
});
