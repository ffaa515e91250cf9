import type { Page } from '@playwright/test';
import { faults } from './support/axe.ts';
import { agree, type Couple, sitDown, sitTogether } from './support/couple.ts';
import { cell, connection, milestoneId, row } from './support/room.ts';
import { daysFromToday, type RunningServer } from './support/server.ts';
import { expect, test } from './support/test.ts';

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

const bar = (page: Page) => page.getByTestId('agreement');
const due = (page: Page, id: string) => cell(page, id, 'due').locator('time');
const openTab = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Room' }).getByRole('link', { name }).click();

interface Schedule {
  readonly slip_days: number;
  readonly milestones: readonly { readonly id: string; readonly slip_days: number | null }[];
}

const schedule = (server: RunningServer, { room, buyer }: Couple) =>
  server.api<Schedule>('GET', `/api/v1/rooms/${room}/schedule`, undefined, buyer.session);

// Plan rule 9 and 10: proposed, countered, accepted; the slip reads the same everywhere.
test('a date is proposed, countered and accepted; the slip is one figure everywhere', async ({
  server,
  sit,
}) => {
  const couple = await sitTogether(server, sit, { go_live: daysFromToday(120) });
  const [seller, buyer] = [couple.seller.page, couple.buyer.page];
  await agree(server, couple);
  const id = await milestoneId(seller, 'Go-live');
  const agreed = await due(seller, id).getAttribute('datetime');
  await expect(bar(buyer)).toContainText('Acme: agreed');

  await cell(seller, id, 'due').focus();
  await seller.keyboard.press('Enter');
  await seller.keyboard.type('+18w');
  await seller.keyboard.press('Enter');
  const move = seller.getByRole('dialog', { name: 'Move go-live' });
  await move.getByLabel('Why?').fill('The audit moved');
  await move.getByRole('button', { name: /^Propose/ }).click();

  await expect(cell(buyer, id, 'due').locator('ins')).toBeVisible();
  await expect(due(buyer, id)).toHaveAttribute('datetime', agreed ?? '');
  await cell(buyer, id, 'due').focus();
  await buyer.keyboard.press('Enter');
  const asked = buyer.getByRole('dialog', { name: 'Proposed date for Go-live' });
  await expect(asked).toContainText('Priya Nair (Northwind) proposes');
  await expect(asked).toContainText('The audit moved');
  await asked.getByRole('button', { name: 'Counter…' }).click();
  const counter = buyer.getByRole('dialog', { name: 'Propose a date for Go-live' });
  await counter.getByLabel('New date').fill(daysFromToday(127));
  await counter.getByRole('button', { name: /^Propose/ }).click();

  await expect(seller.getByTestId('answer')).toContainText(
    'Marc Olsen answered with another date for Go-live',
  );
  await cell(seller, id, 'due').focus();
  await seller.keyboard.press('Enter');
  const answer = seller.getByRole('dialog', { name: 'Proposed date for Go-live' });
  await answer
    .getByRole('button', { name: /^Accept/ })
    .first()
    .click();
  await expect(due(buyer, id)).toHaveAttribute('datetime', daysFromToday(127));
  await expect(buyer.getByTestId('answer')).toContainText('Priya Nair accepted');

  const slip = (Date.parse(daysFromToday(127)) - Date.parse(agreed ?? '')) / 86_400_000;
  expect(slip).toBe(7);
  const late = new RegExp(`(?<!\\d)${slip} days late`);
  const found = await schedule(server, couple);
  expect(found.slip_days).toBe(slip);
  expect(found.milestones.find((m) => m.id === id)?.slip_days).toBe(slip);
  for (const page of [seller, buyer]) {
    await expect(cell(page, id, 'due').locator('.slip')).toHaveText(new RegExp(`^\\+${slip} d`));
    const runway = page.getByRole('region', { name: 'Runway to go-live' });
    await expect(runway).toContainText(late);
    await openTab(page, 'Overview');
    await expect(runway).toContainText(late);
    await expect(page.getByTestId('health')).toContainText(new RegExp(`(?<!\\d)${slip} days`));
  }
  const link = await server.link(couple.room, 'none', 'viewer');
  await buyer.goto(`${link.path}/onepager`);
  await expect(buyer.locator('body')).toContainText(late);
});

// Plan rules 5 and 9: what an acceptance takes along is told before, and marked; one that comes
// too late changes nothing.
test('who accepts reads which agreed dates move along; a late acceptance is told why and writes nothing', async ({
  server,
  sit,
}) => {
  const couple = await sitTogether(server, sit);
  const { seller, buyer, room } = couple;
  const [a, b] = await Promise.all(['Kick-off', 'Training'].map((text) => milestoneId(seller.page, text)));
  if (a === undefined || b === undefined) throw new Error('the plan lacks a milestone');
  await server.submit(room, seller.session, [
    { kind: 'milestone.update', id: a, set: { due: daysFromToday(7) } },
    { kind: 'milestone.update', id: b, set: { due: daysFromToday(8), duration_days: 1, start: null } },
    { kind: 'dependency.add', id: crypto.randomUUID(), set: { from: a, to: b } },
  ]);
  await agree(server, couple);
  const propose = (days: number) =>
    server.submit(room, buyer.session, [
      { kind: 'date.propose', id: crypto.randomUUID(), milestone: a, to: daysFromToday(days) },
    ]);
  const asked = seller.page.getByRole('dialog', { name: 'Proposed date for Kick-off' });
  const open = async () => {
    await expect(cell(seller.page, a, 'due').locator('ins')).toBeVisible();
    await cell(seller.page, a, 'due').focus();
    await seller.page.keyboard.press('Enter');
  };
  await propose(21);
  await open();
  const along = asked.getByRole('listitem');
  await expect(along.filter({ hasText: 'Training' })).toBeVisible();
  const count = await along.count();
  await expect(asked.getByTestId('breaks')).toContainText('agreed with Acme');
  await expect(asked.getByTestId('breaks')).toContainText('marked as moved by Northwind alone');
  await asked.getByRole('button', { name: new RegExp(`^Accept, move ${count} others? too$`) }).click();
  await expect(due(buyer.page, a)).toHaveAttribute('datetime', daysFromToday(21));
  await expect(due(buyer.page, b)).not.toHaveAttribute('datetime', daysFromToday(8));
  await bar(buyer.page).getByRole('button', { name: 'Compare' }).click();
  const changed = buyer.page.getByTestId('compare').locator('tbody tr');
  await expect(changed.filter({ hasText: 'Training' })).toContainText('Northwind alone');
  await expect(changed.filter({ hasText: 'Kick-off' })).toContainText('accepted');

  await propose(28);
  await open();
  await expect(asked).toBeVisible();
  seller.proxy.cut();
  await connection(seller.page, 'reconnecting', 5_000);
  await asked
    .getByRole('button', { name: 'Accept only this' })
    .or(asked.getByRole('button', { name: /^Accept \d/ }))
    .first()
    .click();
  const meanwhile = daysFromToday(23);
  await server.submit(room, buyer.session, [
    { kind: 'milestone.reschedule', id: a, due: meanwhile, push: false, unilateral: true },
  ]);
  seller.proxy.heal();
  const notice = cell(seller.page, a, 'due').getByTestId('notice-reject');
  await expect(notice).toContainText('Couldn’t accept this date.', { timeout: 20_000 });
  await expect(notice).toContainText('now, not');
  for (const { page } of [seller, buyer]) await expect(due(page, a)).toHaveAttribute('datetime', meanwhile);
});

test('a proposal is declined with a reason, and withdrawn by who made it, on a phone too', async ({
  server,
  sit,
}) => {
  const couple = await sitTogether(server, sit);
  const id = await milestoneId(couple.seller.page, 'Training');
  const propose = (to: string) =>
    server.submit(couple.room, couple.seller.session, [
      { kind: 'date.propose', id: crypto.randomUUID(), milestone: id, to },
    ]);
  const { page } = await sitDown(server, sit, couple.room, 'buyer', 'Lena Brandt', 'editor', PHONE);
  await propose(daysFromToday(33));
  await expect(row(page, id)).toContainText('?');
  await row(page, id).getByRole('button').tap();
  const sheet = page.getByRole('dialog', { name: 'Training' });
  await sheet.getByRole('button', { name: 'Decline…' }).tap();
  await sheet.getByLabel('Why not?').fill('We are closed that week');
  expect(await faults(page)).toEqual([]);
  expect(
    await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
  ).toBe(0);
  await sheet.getByRole('button', { name: /^Decline/ }).tap();
  await expect(sheet.getByTestId('proposal')).toHaveCount(0);
  await expect(couple.seller.page.getByTestId('answer')).toContainText('Lena Brandt declined');
  await expect(couple.seller.page.getByTestId('answer')).toContainText('We are closed that week');

  await propose(daysFromToday(34));
  await expect(cell(couple.seller.page, id, 'due').locator('ins')).toBeVisible();
  await cell(couple.seller.page, id, 'due').focus();
  await couple.seller.page.keyboard.press('Enter');
  await couple.seller.page.getByRole('button', { name: 'Withdraw proposal' }).click();
  await expect(sheet.getByTestId('proposal')).toHaveCount(0);
  await expect(cell(couple.seller.page, id, 'due')).toBeFocused();
});

// Acceptance point 16.
test('both agree, then 4 dates move: the bar counts them, compare shows them, and they agree again', async ({
  server,
  sit,
}) => {
  const couple = await sitTogether(server, sit);
  const [seller, buyer] = [couple.seller.page, couple.buyer.page];
  await expect(bar(seller)).toContainText('Not agreed yet.');
  await bar(seller).getByRole('button', { name: 'Agree to this plan' }).click();
  await expect(bar(seller)).toContainText(/Acme: not yet · Northwind: agreed .* \(Priya Nair\)/);
  await buyer.getByTestId('invitation').getByRole('button', { name: 'Looks right' }).click();
  await expect(bar(buyer)).toContainText(/Acme: agreed .* \(Marc Olsen\) · Northwind: agreed/);
  await expect(bar(buyer).getByRole('button', { name: /Agree/ })).toHaveCount(0);

  const ids = await Promise.all(
    ['Kick-off', 'Training', 'Security review', 'Technical evaluation'].map((text) =>
      milestoneId(seller, text),
    ),
  );
  const before = await due(seller, ids[0] ?? '').getAttribute('datetime');
  for (const id of ids) {
    const at = await due(seller, id).getAttribute('datetime');
    const to = new Date(Date.parse(at ?? '') + 3 * 86_400_000).toJSON().slice(0, 10);
    await server.submit(couple.room, couple.seller.session, [
      { kind: 'milestone.reschedule', id, due: to, push: false, unilateral: true, reason: 'The audit' },
    ]);
  }
  await expect(bar(buyer)).toContainText('4 dates changed since both agreed.');
  await expect(cell(buyer, ids[0] ?? '', 'due')).toContainText('+3 d');

  await bar(buyer).getByRole('button', { name: 'Compare' }).click();
  const rows = buyer.getByTestId('compare').locator('tbody tr');
  await expect(rows).toHaveCount(4);
  await expect(rows.filter({ hasText: 'Kick-off' })).toContainText('Northwind alone: The audit');
  await expect(rows.filter({ hasText: 'Kick-off' }).locator('del')).toBeVisible();
  expect(before).not.toBeNull();
  expect(await faults(buyer)).toEqual([]);
  await buyer.getByRole('dialog').getByRole('button', { name: 'Agree again' }).click();
  await bar(seller).getByRole('button', { name: 'Agree again' }).click();
  await expect(bar(buyer)).not.toContainText('changed since');
  await expect(cell(buyer, ids[0] ?? '', 'due')).not.toContainText('+3 d');
});

test('a side names who agrees for it; nobody else of it is offered to', async ({ server, sit }) => {
  const couple = await sitTogether(server, sit);
  const { page } = await sitDown(server, sit, couple.room, 'seller', 'Tom Reyes', 'editor');
  await expect(bar(page).getByRole('button', { name: 'Agree to this plan' })).toBeVisible();
  const owner = couple.seller.page;
  await bar(owner).getByRole('button', { name: 'Details' }).click();
  await owner.getByRole('dialog').getByLabel('Northwind').selectOption({ label: 'Priya Nair' });
  await expect(bar(page).getByRole('button', { name: 'Agree to this plan' })).toHaveCount(0);
  await expect(bar(page)).toContainText('Priya Nair agrees for Northwind');
});

test('the invitation: a buyer without a name agrees, changes a date, or adds steps of their own', async ({
  server,
  sit,
}) => {
  const room = await server.room();
  const seller = await sitDown(server, sit, room, 'seller', 'Priya Nair', 'owner');
  await expect(seller.page.getByTestId('invitation')).toHaveCount(0);
  const link = await server.link(room, 'buyer', 'editor');
  const { page } = await sit(link.path, PHONE);
  const invitation = page.getByTestId('invitation');
  await expect(invitation).toContainText(
    /^\s*For go-live on .*, this is what we need together, and by when\. Does it fit your process\?/,
  );
  expect(await faults(page)).toEqual([]);

  await invitation.getByRole('button', { name: 'Add our steps' }).tap();
  await page.getByLabel('Your name').fill('Dana Kim');
  await page.getByRole('button', { name: 'Continue' }).tap();
  const steps = page.getByRole('dialog', { name: 'Add our steps' });
  await steps.getByLabel('Step').fill('Works council approval');
  await steps.getByRole('button', { name: 'Add step' }).tap();
  await expect(
    seller.page.locator('[data-testid^="row-"]').filter({ hasText: 'Works council approval' }),
  ).toBeVisible();
  await steps.getByLabel('Step').fill('Ask the board');
  await steps.getByRole('radio', { name: /Only Acme/ }).check();
  await steps.getByRole('button', { name: 'Add step' }).tap();
  await expect(steps.getByRole('radio', { name: /Both companies/ })).toBeChecked();
  await steps.getByRole('button', { name: 'Done' }).tap();
  await expect(page.locator('[data-testid^="row-"]').filter({ hasText: 'Ask the board' })).toBeVisible();
  await expect(seller.page.locator('body')).not.toContainText('Ask the board');

  await invitation.getByRole('button', { name: 'Change a date' }).tap();
  const propose = page.getByRole('dialog', { name: /^Propose a date for/ });
  await propose.getByLabel('New date').fill(daysFromToday(30));
  await propose.getByRole('button', { name: /^Propose/ }).tap();
  await expect(invitation).toHaveCount(0);
  await expect(seller.page.locator('[data-cell$="/due"] ins')).toHaveCount(1);
  await bar(page).getByRole('button', { name: 'Agree to this plan' }).tap();
  await expect(bar(seller.page)).toContainText(/Acme: agreed .* \(Dana Kim\)/);
  const log = await server.api<{ commits: { kind: string }[] }>(
    'GET',
    `/api/v1/rooms/${room}/activity?stream=shared&after=0&limit=100`,
  );
  expect(log.commits.map((commit) => commit.kind)).toEqual(
    expect.arrayContaining(['milestone.add', 'date.propose', 'plan.accept']),
  );
});
