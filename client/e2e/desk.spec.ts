import type { Page } from '@playwright/test';
import { faults } from './support/axe.ts';
import { connection, titles } from './support/room.ts';
import { daysFromToday, OWNER, type RunningServer } from './support/server.ts';
import { expect, test } from './support/test.ts';

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true } as const;

test('a seller signs in, makes a room, shares it, and looks after the workspace', async ({ server, sit }) => {
  const { page } = await sit('/');
  await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click();
  await signIn(page, server);

  await page.getByRole('link', { name: 'New room' }).first().click();
  await page.getByLabel('Customer', { exact: true }).fill('Globex');
  await page.getByLabel('Go-live', { exact: true }).fill(daysFromToday(120));
  await page.getByLabel('Your company', { exact: true }).fill('Northwind');
  await page.getByText('Pilot', { exact: true }).click();
  await page.getByRole('button', { name: 'Make the room' }).click();
  await connection(page, 'live');
  await expect(titles(page).first()).toHaveText('What the pilot has to show');
  const room = new URL(page.url()).pathname.split('/')[2] ?? '';
  await page.getByRole('button', { name: 'Share' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await server.link(room, 'buyer', 'editor');

  // The list has it, and follows what happens in the room.
  await page.goto('/');
  const line = page.getByTestId(`room-${room}`);
  await expect(line).toContainText('Globex');
  await expect(line).toContainText('0 of 10');
  await expect(line).toContainText('Not here yet');
  expect(await faults(page)).toEqual([]);
  await server.change(room, [{ kind: 'room.update', set: { name: 'Pilot in Hamburg' } }]);
  await expect(line).toContainText('Pilot in Hamburg');
  await page.getByLabel('Search rooms').fill('hamburg');
  await expect(page.locator('[data-testid^="room-"]')).toHaveCount(1);

  await revokeASession(page, server);
  await makeAKey(page, server);

  await page.getByRole('link', { name: 'People' }).click();
  await page.getByLabel('E-mail').fill('tom@northwind.example');
  await page.getByRole('button', { name: 'Invite' }).click();
  await expect(page.getByRole('listitem').filter({ hasText: 'tom@northwind.example' })).toContainText(
    'Not here yet',
  );
  expect(await faults(page)).toEqual([]);

  await page.getByRole('link', { name: 'Links' }).click();
  await expect(page.getByRole('listitem').filter({ hasText: 'For Globex, to edit' })).toContainText(
    'Never used',
  );

  await page.goto(`/settings/rooms/${room}`);
  expect(await faults(page)).toEqual([]);
  await page.getByRole('button', { name: 'Archive Pilot in Hamburg' }).click();
  await page.getByRole('button', { name: 'Archive it' }).click();
  await expect(page.getByRole('heading', { name: 'Archived' })).toBeVisible();
  await page.getByRole('link', { name: 'Rooms', exact: true }).click();
  await page.getByRole('button', { name: 'Closed' }).click();
  await expect(line).toContainText('Archived');
  await page.getByRole('link', { name: 'Globex', exact: true }).click();
  const bar = page.getByRole('status').filter({ hasText: 'This room is archived' });
  await expect(bar.getByRole('button', { name: 'Open it again' })).toBeVisible();
  await expect(page.getByRole('button', { name: /^Add (a )?milestone/ })).toHaveCount(0);
  expect(await faults(page)).toEqual([]);
  await page.goto('/');
  await page.getByRole('button', { name: 'Closed' }).click();
  await page.getByRole('button', { name: /^All/ }).click();
  await expect(line).toHaveCount(0);
  await page.getByRole('button', { name: 'Closed' }).click();
  await page.getByRole('button', { name: 'Open Globex, Pilot in Hamburg, again' }).click();
  await expect(page.getByText('Globex is open again')).toBeVisible();
  await expect(line).toHaveCount(0);
  await page.getByRole('button', { name: /^All/ }).click();
  await expect(line).toContainText('Globex');
});

test('a seller signs in at the provider of their company, and lands where they wanted to go', async ({
  server,
  sit,
}) => {
  const { page } = await sit('/settings/sessions?from=mail');
  await expect(page.getByRole('button', { name: 'Continue with Northwind ID' })).toBeVisible();
  expect(await faults(page)).toEqual([]);
  server.provider.person = null; // somebody who says no
  await page.getByRole('button', { name: 'Continue with Northwind ID' }).click();
  await expect(page.getByRole('alert')).toContainText('You did not finish signing in at Northwind ID');
  expect(await faults(page)).toEqual([]);

  await page.goto('/settings/sessions');
  server.provider.person = { sub: '1', email: OWNER, name: 'Priya Nair' };
  await page.getByRole('button', { name: 'Continue with Northwind ID' }).click();
  await expect(page.getByRole('heading', { name: 'Where you are signed in' })).toBeVisible();
  expect(page.url()).toMatch(/\/settings\/sessions$/);
  await expect(page.getByLabel('E-mail')).toHaveValue(OWNER);

  // An address that somebody else was sent back to is nothing in another browser.
  const other = await sit('/signin/oidc?state=theirs&code=theirs');
  await expect(other.page.getByRole('alert')).toContainText('not begun in this browser');
  expect(other.page.url()).toMatch(/\/signin\/oidc$/);
});

test('who signs up says what their company is called, and who is in two changes over', async ({
  server,
  sit,
}) => {
  server.provider.person = { sub: '2', email: 'sam@gmail.com', name: 'Sam Reed' };
  const sam = (await sit('/signin')).page;
  await sam.getByRole('button', { name: 'Continue with Northwind ID' }).click();
  await sam.getByLabel('What is your company called?').fill('Acme');
  expect(await faults(sam)).toEqual([]);
  await sam.getByRole('button', { name: 'Save' }).click();
  await expect(sam.getByLabel('What is your company called?')).toHaveCount(0);
  await expect(sam.getByRole('banner')).toContainText('Acme');
  await sam.getByRole('link', { name: 'Settings' }).click();
  await sam.getByLabel('E-mail').fill(OWNER);
  await sam.getByRole('button', { name: 'Invite' }).click();
  await expect(sam.getByRole('listitem').filter({ hasText: OWNER })).toBeVisible();

  server.provider.person = { sub: '1', email: OWNER, name: 'Priya Nair' };
  const { page } = await sit('/signin');
  await page.getByRole('button', { name: 'Continue with Northwind ID' }).click();
  const current = page.getByRole('button', { name: /change the workspace/ });
  await expect(current).toHaveText('Northwind'); // after the owner's address
  await current.press('Enter');
  const list = page.getByRole('list', { name: 'Workspaces' });
  await expect(list.getByRole('button', { name: 'Northwind' })).toHaveAttribute('aria-current', 'true');
  expect(await faults(page)).toEqual([]);
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown'); // round again, to the first
  await expect(list.getByRole('button', { name: 'Acme' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(current).toHaveText('Acme');
  await page.getByRole('link', { name: 'Settings' }).click();
  await expect(page.getByRole('heading', { name: 'Profile and sessions' })).toBeVisible(); // a member here
  await page.goto('/settings/keys');
  await expect(page.getByRole('heading', { name: 'Not yours to change' })).toBeVisible();
  await current.click();
  await list.getByRole('button', { name: 'Northwind' }).click();
  await expect(current).toHaveText('Northwind');
});

test('on a phone every page of the seller fits, and a wrong code is told', async ({ server, sit }) => {
  const { page } = await sit('/signin', PHONE);
  await page.getByLabel('Work e-mail').fill(OWNER);
  await page.getByRole('button', { name: 'Send me a code' }).click();
  await expect(page.getByLabel('Code of six digits')).toBeFocused();
  const right = await server.mailedCode();
  await page.getByLabel('Code of six digits').fill(right === '000000' ? '000001' : '000000');
  await expect(page.getByRole('alert')).toBeVisible();
  await page.getByLabel('Code of six digits').fill(right);
  await expect(page.getByRole('heading', { name: 'Rooms' })).toBeVisible();
  await server.room({ name: 'A room with a name that is a good deal longer than a phone is wide' });
  for (const path of [
    '/',
    '/new',
    '/settings',
    '/settings/keys',
    '/settings/brand',
    '/settings/sessions',
    '/settings/audit',
  ]) {
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(360);
    const here = page.getByRole('navigation', { name: 'Settings' }).locator('[aria-current]');
    if (path.startsWith('/settings')) await expect(here, path).toBeInViewport({ ratio: 1 });
    expect(await faults(page), path).toEqual([]);
  }
});

test('an address that is not there is a page with a way back', async ({ sit }) => {
  const { page } = await sit('/nowhere');
  await expect(page.getByRole('heading', { name: 'This page is not here' })).toBeVisible();
  expect(await faults(page)).toEqual([]);
  await page.getByRole('link', { name: 'Go to the start page' }).click();
  await expect(page.getByRole('heading', { name: 'One plan that both companies keep' })).toBeVisible();
  expect(await faults(page)).toEqual([]);
});

async function signIn(page: Page, server: RunningServer): Promise<void> {
  await page.getByLabel('Work e-mail').fill(OWNER);
  await page.getByRole('button', { name: 'Send me a code' }).click();
  await expect(page.getByLabel('Code of six digits')).toBeFocused();
  expect(await faults(page)).toEqual([]);
  await page.keyboard.type(await server.mailedCode());
  await expect(page.getByRole('heading', { name: 'Rooms' })).toBeVisible();
}

// A second browser is signed in, and out again from here.
async function revokeASession(page: Page, server: RunningServer): Promise<void> {
  const other = await server.signIn(OWNER);
  expect(await other()).toBe(200);
  await page.goto('/settings/sessions');
  const row = page.getByRole('listitem').filter({ hasText: 'Firefox' });
  await row.getByRole('button', { name: /^Sign out/ }).click();
  await row.getByRole('button', { name: 'Sign out there' }).click();
  await expect(row).toHaveCount(0);
  expect(await other()).toBe(401);
}

async function makeAKey(page: Page, server: RunningServer): Promise<void> {
  await page.getByRole('link', { name: 'API keys' }).click();
  await page.getByLabel('What is it for?').fill('CRM sync');
  await page.getByRole('button', { name: 'Make a key' }).click();
  await expect(page.getByLabel('The secret')).toHaveValue(/^parley_key_/);
  const key = await page.getByLabel('The secret').inputValue();
  const list = () => server.ask('GET', '/api/v1/rooms', undefined, key).then((answer) => answer.status);
  expect(await list()).toBe(200);
  expect(await faults(page)).toEqual([]);
  await page.getByRole('button', { name: 'Revoke the key CRM sync' }).click();
  await page.getByRole('button', { name: 'Revoke it now' }).click();
  await expect(page.getByText('No key yet.')).toBeVisible();
  expect(await list()).toBe(401);
}
