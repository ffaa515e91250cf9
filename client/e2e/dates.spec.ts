import type { Page } from '@playwright/test';
import type { Op } from '../src/replica/types.ts';
import { faults } from './support/axe.ts';
import { agree, type Couple, sitDown, sitTogether } from './support/couple.ts';
import { cell, enterTitle, milestoneId, row, title } from './support/room.ts';
import { daysFromToday, type RunningServer } from './support/server.ts';
import { expect, test } from './support/test.ts';

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

/** typeDue opens a date cell, types over what is in it and saves. */
async function typeDue(page: Page, id: string, text: string): Promise<void> {
  await cell(page, id, 'due').focus();
  await page.keyboard.press('Enter');
  await expect(cell(page, id, 'due').locator('input')).toBeFocused();
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
}

const dueOf = (page: Page, id: string) => cell(page, id, 'due').locator('time').getAttribute('datetime');
const moved = (page: Page) => page.getByTestId('moved').getByRole('listitem');

/** chain makes b wait for a, with dates that fit, and gives their ids. */
async function chain(server: RunningServer, { room, seller }: Couple): Promise<[string, string]> {
  const [a, b] = [await milestoneId(seller.page, 'Kick-off'), await milestoneId(seller.page, 'Training')];
  await server.submit(room, seller.session, [
    { kind: 'milestone.update', id: a, set: { due: daysFromToday(7) } },
    { kind: 'milestone.update', id: b, set: { due: daysFromToday(8), duration_days: 1, start: null } },
    { kind: 'dependency.add', id: crypto.randomUUID(), set: { from: a, to: b } },
  ]);
  await expect(cell(seller.page, b, 'due').locator('time')).toHaveAttribute('datetime', daysFromToday(8));
  return [a, b];
}

/** previewed asks the server what an op would do to the dates. */
async function previewed(
  server: RunningServer,
  { room, seller }: Couple,
  op: Op,
): Promise<ReadonlyMap<string, string>> {
  const { streams } = await server.api<{
    streams: { changes: { entity: string; id: string; set: { due?: string } }[] }[];
  }>('POST', `/api/v1/rooms/${room}/preview`, { stream: 'shared', op }, seller.session);
  return new Map(
    streams
      .flatMap((s) => s.changes)
      .flatMap((c) => (c.entity === 'milestone' && c.set.due !== undefined ? [[c.id, c.set.due]] : [])),
  );
}

// Plan rule 5: a push of more than the moved milestone is previewed first.
test('a date that others wait for asks what moves too, as the server would do it; one undo', async ({
  server,
  sit,
}) => {
  const couple = await sitTogether(server, sit);
  const { page } = couple.seller;
  const [a, b] = await chain(server, couple);
  const to = daysFromToday(21);
  const op = { kind: 'milestone.reschedule', id: a, due: to, push: true } as const;
  const expected = await previewed(server, couple, op);
  expect(expected.size).toBeGreaterThan(1);

  await typeDue(page, a, '+3w');
  const dialog = page.getByRole('dialog', { name: 'Move Kick-off' });
  await expect(dialog.getByLabel('New date')).toBeFocused();
  await expect(moved(page)).toHaveCount(expected.size - 1);
  expect(await dueOf(page, a)).toBe(daysFromToday(7));
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(cell(page, a, 'due')).toBeFocused();
  expect(await dueOf(couple.buyer.page, a)).toBe(daysFromToday(7));

  // What the other does meanwhile takes neither the focus nor what is typed here.
  await typeDue(page, a, '+3w');
  await dialog.getByLabel('Why?').fill('The room is booked');
  await enterTitle(couple.buyer.page, b, 'Training on site');
  await expect(title(page, b)).toHaveText('Training on site');
  await expect(dialog.getByLabel('Why?')).toBeFocused();
  await expect(dialog.getByLabel('Why?')).toHaveValue('The room is booked');
  await dialog.getByRole('button', { name: 'Move only this' }).click();
  await expect(cell(couple.buyer.page, a, 'due').locator('time')).toHaveAttribute('datetime', to);
  expect(await dueOf(couple.buyer.page, b)).toBe(daysFromToday(8));
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(cell(couple.buyer.page, a, 'due').locator('time')).toHaveAttribute(
    'datetime',
    daysFromToday(7),
  );

  await typeDue(page, a, '+3w');
  await expect(dialog.getByLabel('New date')).toBeFocused();
  await page.keyboard.press('Enter');
  for (const [id, day] of expected)
    await expect(cell(couple.buyer.page, id, 'due').locator('time')).toHaveAttribute('datetime', day);
  await expect(cell(page, a, 'due')).toBeFocused();
  // What was done since stays: the notice takes back the move alone.
  await enterTitle(page, a, 'Kick-off call');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(cell(couple.buyer.page, b, 'due').locator('time')).toHaveAttribute(
    'datetime',
    daysFromToday(8),
  );
  await expect(cell(couple.buyer.page, a, 'due').locator('time')).toHaveAttribute(
    'datetime',
    daysFromToday(7),
  );
  await expect(title(couple.buyer.page, a)).toHaveText('Kick-off call');
});

// Plan rule 8 and acceptance point 31: pinned dates move only in the first option, done items never.
test('go-live moves with everything, with counted dates or alone; one undo each', async ({ server, sit }) => {
  const couple = await sitTogether(server, sit);
  const { page } = couple.seller;
  const other = couple.buyer.page;
  const [done, pinned, counted] = await Promise.all(
    ['Kick-off', 'Technical evaluation', 'Security review'].map((text) => milestoneId(page, text)),
  );
  const live = await milestoneId(page, 'Go-live');
  const days = new Map(
    [done, pinned, counted].map((id, i) => [id ?? '', daysFromToday(14 + 7 * i)] as const),
  );
  await server.submit(couple.room, couple.seller.session, [
    ...[...days].map(([id, due]) => ({ kind: 'milestone.update', id, set: { due } }) as const),
    { kind: 'milestone.update', id: pinned ?? '', set: { pinned: true } },
    { kind: 'milestone.complete', id: done ?? '', override: 'Done in the call' },
  ]);
  await expect(cell(page, counted ?? '', 'due').locator('time')).toHaveAttribute(
    'datetime',
    days.get(counted ?? '') ?? '',
  );
  const was = await dueOf(page, live);

  for (const [option, mode, pinnedMoves, countedMoves] of [
    ['Shift everything not done', 'all', true, true],
    ['Only counted dates', 'counted', false, true],
    ['Keep all dates', 'none', false, false],
  ] as const) {
    const to = daysFromToday(42 + 14);
    const expected = await previewed(server, couple, { kind: 'plan.shift', to, mode });
    await typeDue(page, live, '+8w');
    const dialog = page.getByRole('dialog', { name: 'Move go-live' });
    await expect(dialog.getByRole('radio', { name: 'Shift everything not done' })).toBeChecked();
    await dialog.getByRole('radio', { name: option }).check();
    await expect(moved(page)).toHaveCount(expected.size - 1);
    await dialog.getByRole('button', { name: /^Move go-live/ }).click();

    await expect(cell(other, live, 'due').locator('time')).toHaveAttribute('datetime', to);
    expect(expected.has(pinned ?? '')).toBe(pinnedMoves);
    expect(expected.has(counted ?? '')).toBe(countedMoves);
    expect(expected.has(done ?? '')).toBe(false);
    for (const [id, day] of new Map([...days, ...expected]))
      await expect(cell(other, id, 'due').locator('time')).toHaveAttribute('datetime', day);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(cell(other, live, 'due').locator('time')).toHaveAttribute('datetime', was ?? '');
    for (const [id, day] of days)
      await expect(cell(other, id, 'due').locator('time')).toHaveAttribute('datetime', day);
  }
});

// Plan rule 9: an agreed date opens a proposal; moving it alone is possible and marked.
test('an agreed date is proposed, or moved alone and marked', async ({ server, sit }) => {
  const couple = await sitTogether(server, sit);
  const { page } = couple.seller;
  const id = await milestoneId(page, 'Training');
  await agree(server, couple);
  const before = await dueOf(page, id);

  await typeDue(page, id, '31 feb');
  await expect(page.getByTestId('edit-error')).toBeVisible();
  await page.keyboard.press('Escape');
  await typeDue(page, id, '+5w');
  const dialog = page.getByRole('dialog', { name: 'Move Training' });
  await expect(dialog.getByRole('group', { name: 'This date is agreed with Acme' })).toBeVisible();
  await expect(dialog.getByRole('radio', { name: /Propose it to Acme/ })).toBeChecked();
  await dialog.getByLabel('New date').fill('31 feb');
  await dialog.getByRole('button', { name: /^Propose/ }).click();
  await expect(dialog.getByRole('alert')).toBeVisible();
  await expect(dialog.getByLabel('New date')).toHaveValue('31 feb');
  await dialog.getByLabel('New date').fill('+5w');
  await dialog.getByRole('radio', { name: /Move it alone/ }).check();
  await dialog.getByLabel('Why?').fill('The trainer is ill');
  await dialog.getByRole('button', { name: /^Move/ }).last().click();
  const alone = cell(couple.buyer.page, id, 'due').locator('time');
  await expect(alone).toHaveAttribute('datetime', daysFromToday(35));
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(alone).toHaveAttribute('datetime', before ?? '');

  await typeDue(page, id, '+5w');
  await dialog.getByRole('button', { name: /^Propose/ }).click();
  await expect(page.getByText(/^.* proposed to Acme$/)).toBeVisible();
  await expect(cell(page, id, 'due')).toBeFocused();
  expect(await dueOf(couple.buyer.page, id)).toBe(before);
});

// Acceptance point 28: dates follow the room's zone, whatever the browser's is.
test('in every zone of the world the plan has the same days', async ({ server, sit }) => {
  const room = await server.room({ time_zone: 'America/New_York' });
  const { page } = await sitDown(server, sit, room, 'seller', 'Priya Nair', 'owner');
  const late = await milestoneId(page, 'Kick-off');
  await server.change(room, [{ kind: 'milestone.update', id: late, set: { due: daysFromToday(-2) } }]);
  await expect(cell(page, late, 'due')).toContainText('late');
  const zone = await page.context().newCDPSession(page);
  const said = async (timezoneId: string): Promise<string[]> => {
    await zone.send('Emulation.setTimezoneOverride', { timezoneId });
    await page.reload();
    await expect(cell(page, late, 'due')).toContainText('late');
    await expect(page.locator('.runway .pill')).toBeVisible();
    expect(await page.evaluate(() => Intl.DateTimeFormat().resolvedOptions().timeZone)).toBe(timezoneId);
    return page.locator('.runway, [data-cell$="/due"], [data-cell$="/tminus"]').allInnerTexts();
  };
  const [here, ...others] = ['America/Los_Angeles', 'UTC', 'Asia/Calcutta', 'Pacific/Auckland'];
  const expected = await said(here ?? '');
  expect(expected.length).toBeGreaterThan(24);
  for (const other of others) expect(await said(other), other).toEqual(expected);
});

for (const [where, options] of [
  ['on a phone', PHONE],
  ['on a desktop', {}],
] as const)
  for (const colorScheme of ['light', 'dark'] as const)
    test(`nothing keeps people out of the dialogs about dates ${where}, ${colorScheme}`, async ({
      server,
      sit,
    }) => {
      const room = await server.room();
      const { page } = await sitDown(server, sit, room, 'seller', 'Priya Nair', 'owner', {
        ...options,
        colorScheme,
        reducedMotion: 'reduce',
      });
      const id = await milestoneId(page, 'Go-live');
      if (where === 'on a phone') await row(page, id).getByRole('button').tap();
      else {
        await cell(page, id, 'title').focus();
        await page.keyboard.press('Escape');
        await page.keyboard.press('e');
      }
      const due = page.getByRole('dialog', { name: 'Go-live' }).getByLabel('Due', { exact: true });
      await due.fill(where === 'on a phone' ? daysFromToday(60) : '+9w');
      if (where === 'on a desktop') await page.keyboard.press('Enter');
      await expect(page.getByRole('dialog', { name: 'Move go-live' })).toBeVisible();
      expect(await faults(page)).toEqual([]);
      expect(
        await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        ),
      ).toBe(0);
      await page.keyboard.press('Escape');
      await expect(page.getByRole('dialog', { name: 'Go-live' })).toBeVisible();
    });
