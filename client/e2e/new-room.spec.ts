import type { Page } from '@playwright/test';
import { faults } from './support/axe.ts';
import { sitDown, sitTogether } from './support/couple.ts';
import { connection, titles } from './support/room.ts';
import { expect, test } from './support/test.ts';

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true } as const;

test('an owner makes a room and is in it, with the plan that was shown before', async ({ server, sit }) => {
  const { seller } = await sitTogether(server, sit);
  const { page } = seller;
  await page.getByRole('link', { name: 'New room' }).click();
  await expect(page.getByRole('heading', { name: 'New room', level: 1 })).toBeVisible();
  await expect(page.getByLabel('Your company')).toHaveValue('Northwind');

  // Nothing is made of what is missing, and the field says so.
  await page.getByRole('button', { name: 'Make the room' }).click();
  await expect(page.getByLabel('Customer', { exact: true })).toBeFocused();
  await expect(page.getByRole('alert')).toHaveText('Who is the customer?');

  await page.getByLabel('Customer', { exact: true }).fill('Globex');
  await page.getByText('Pilot', { exact: true }).click();
  await page.getByLabel('Go-live', { exact: true }).fill('2099-11-30');
  const theirs = page.getByRole('region', { name: 'What Globex does' });
  await expect(theirs.getByText('What the pilot has to show')).toBeVisible();
  await expect(theirs.getByText('30 Nov 2099').first()).toBeVisible();
  expect(await faults(page)).toEqual([]);
  await page.getByRole('button', { name: 'Make the room' }).click();

  await connection(page, 'live');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Northwind × Globex');
  await expect(titles(page).first()).toHaveText('What the pilot has to show');
  await expect(titles(page)).toHaveCount(10);
  await expect(page.getByRole('button', { name: 'Share' })).toBeVisible();
  await expect(page.getByLabel('In the room now').getByTitle('Priya Nair')).toBeVisible();

  // The link in the address is the owner's own: a reload is the same person.
  await page.reload();
  await connection(page, 'live');
  await expect(page.getByRole('link', { name: 'New room' })).toBeVisible();
});

test('on a phone a room is made without a date, and its plan counts from go-live', async ({
  server,
  sit,
}) => {
  const room = await server.room();
  const priya = await sitDown(server, sit, room, 'seller', 'Priya Nair', 'owner', PHONE);
  const key = await sessionKey(priya.page);
  await priya.page.goto(`/new#${key}`);
  const { page } = priya;
  await page.getByLabel('Customer', { exact: true }).fill('Globex');
  await page.getByLabel('Not known yet').check();
  await page.getByText('Onboarding', { exact: true }).click();
  await expect(page.getByText('11 steps, counted back from go-live.')).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  expect(await faults(page)).toEqual([]);
  await page.getByRole('button', { name: 'Make the room' }).click();

  await connection(page, 'live');
  await expect(page.getByText('No go-live date yet')).toBeVisible();
});

test('a plan that would have had to begin is told before the room is made', async ({ server, sit }) => {
  const { seller } = await sitTogether(server, sit);
  await seller.page.getByRole('link', { name: 'New room' }).click();
  await seller.page.getByLabel('Go-live', { exact: true }).fill('+14d');
  await expect(seller.page.getByRole('status')).toContainText('had to begin before today');
});

test('nobody but an owner of the selling side makes rooms', async ({ server, sit }) => {
  const { buyer } = await sitTogether(server, sit);
  await expect(buyer.page.getByRole('link', { name: 'New room' })).toHaveCount(0);
  await buyer.page.goto(`/new#${await sessionKey(buyer.page)}`);
  await expect(buyer.page.getByRole('alert')).toContainText('made by owners on the selling side');
  await expect(buyer.page.getByRole('button', { name: 'Make the room' })).toHaveCount(0);

  const stranger = await sit('/new');
  await expect(stranger.page.getByRole('alert')).toContainText('Sign in first');
});

// sessionKey is where the browser keeps the session of its room.
function sessionKey(page: Page): Promise<string> {
  return page.evaluate(() => Object.keys(localStorage).find((k) => k.startsWith('parley:session:')) ?? '');
}
