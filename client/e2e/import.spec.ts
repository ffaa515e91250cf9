import type { Page } from '@playwright/test';
import { faults } from './support/axe.ts';
import { sitDown, sitTogether } from './support/couple.ts';
import { cell, milestoneId, title, titles } from './support/room.ts';
import { expect, test } from './support/test.ts';
import { workbook } from './support/workbook.ts';

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true } as const;

test('a CSV is read, put right, imported for both companies, and taken back with one undo', async ({
  server,
  sit,
}) => {
  const { seller, buyer } = await sitTogether(server, sit);
  const { page } = seller;
  const before = await titles(buyer.page).count();
  const dialog = await openImport(page);
  const rows = Array.from(
    { length: 38 },
    (_, i) => `Rollout,Imported ${i + 1},${(i % 28) + 1}/11/2099,Dana Kim,done`,
  );
  const lines = [
    'Section,What to do,Due date,Assignee,Status',
    ...rows,
    'Rollout,Sign off,next week,Dana Kim,perhaps',
  ];
  await choose(page, 'plan.csv', Buffer.from(lines.join('\n')));

  // What the words over the columns do not tell, the person does.
  await expect(dialog.getByText('Say which column holds the milestones.')).toBeVisible();
  await expect(dialog.getByLabel('Section becomes')).toHaveValue('phase');
  await expect(dialog.getByLabel('Due date becomes')).toHaveValue('due');
  await expect(dialog.getByRole('row', { name: /What to do/ })).toContainText('Imported 1 · Imported 2');
  await dialog.getByLabel('What to do becomes').selectOption({ label: 'Milestone' });

  // A row that cannot be read is named, with the column and what is accepted.
  const wrong = dialog.getByRole('list', { name: 'What cannot be read' });
  await expect(wrong.getByRole('listitem').first()).toHaveText(
    'Row 40, Due date: this is not a date; use 2026-10-22, 22.10.2026, 10/22/2026 or 22 Oct 2026',
  );
  await expect(wrong.getByRole('listitem').nth(1)).toContainText(
    'Row 40, Status: this is not a status; use not started',
  );
  await expect(dialog.getByRole('button', { name: /^Import \d+/ })).toBeDisabled();
  expect(await faults(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Leave out 1 row' }).click();
  await dialog.getByRole('button', { name: 'Import 38 milestones' }).click();

  await expect(dialog).toHaveCount(0);
  await expect(page.getByText('38 milestones imported')).toBeVisible();
  await expect(titles(page)).toHaveCount(before + 38);
  await expect(titles(buyer.page)).toHaveCount(before + 38);
  const first = await milestoneId(buyer.page, 'Imported 1');
  await expect(cell(buyer.page, first, 'due')).toContainText('1 Nov 2099');
  await expect(cell(buyer.page, first, 'status')).toContainText('Done');
  await expect(buyer.page.getByRole('complementary', { name: 'Activity' })).toContainText(
    'Priya Nair imported 38 milestones',
  );
  await expect(buyer.page.getByRole('log', { name: 'Room updates' })).toContainText(
    'Priya Nair imported 38 milestones',
  );

  await page.getByRole('status').getByRole('button', { name: 'Undo' }).click();
  await expect(titles(page)).toHaveCount(before);
  await expect(titles(buyer.page)).toHaveCount(before);
  await expect(buyer.page.getByRole('complementary', { name: 'Activity' })).toContainText(
    'Priya Nair took back 38 milestones',
  );
});

test('an Excel workbook is imported into an empty plan, its days whatever they count from', async ({
  server,
  sit,
}) => {
  const room = await server.room({ template: '' });
  const { page } = await sitDown(server, sit, room, 'seller', 'Priya Nair', 'owner');
  for (const [name, from1904, serial] of [
    ['Since 1900', false, 73050],
    ['Since 1904', true, 73050 - 1462],
  ] as const) {
    if (from1904) await openImport(page);
    else await page.getByRole('button', { name: 'Import a plan (CSV or Excel)' }).click();
    await choose(
      page,
      'plan.xlsx',
      workbook(
        [
          ['Task', 'Deadline'],
          [name, serial],
        ],
        from1904,
      ),
    );
    await page.getByRole('button', { name: 'Import 1 milestone' }).click();
    const id = await milestoneId(page, name);
    await expect(title(page, id)).toHaveText(name);
    await expect(cell(page, id, 'due')).toContainText('31 Dec 2099');
  }
});

test('a file that is no table is refused in one sentence, by keyboard and on a phone, in both themes', async ({
  server,
  sit,
}) => {
  const room = await server.room();
  const priya = await sitDown(server, sit, room, 'seller', 'Priya Nair', 'owner', PHONE);
  const { page } = priya;
  await page.getByRole('button', { name: 'Room menu' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitem', { name: 'Import a plan (CSV or Excel)' })).toBeFocused();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Import a plan' });
  await choose(page, 'holiday.png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3]));
  await expect(dialog.getByRole('alert')).toHaveText(
    'This is neither CSV nor XLSX; export the table as one of them.',
  );
  await expect(dialog.getByText('holiday.png')).toBeVisible();
  await choose(page, 'torn.xlsx', workbook([['Task'], ['Review']]).subarray(0, 400));
  await expect(dialog.getByRole('alert')).toContainText('This workbook cannot be read');

  await choose(
    page,
    'plan.csv',
    Buffer.from('Task;Fällig am;Verantwortlich\nVertrag prüfen;3.4.2099;Dana\n'),
  );
  await expect(dialog.getByRole('alert')).toHaveCount(0);
  await expect(dialog.getByLabel('Fällig am becomes')).toHaveValue('due');
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await faults(page)).toEqual([]);
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await dialog.getByRole('button', { name: 'Import 1 milestone' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByText('1 milestone imported')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Room menu' })).toBeFocused();
});

async function openImport(page: Page) {
  await page.getByRole('button', { name: 'Room menu' }).click();
  await page.getByRole('menuitem', { name: 'Import a plan (CSV or Excel)' }).click();
  const dialog = page.getByRole('dialog', { name: 'Import a plan' });
  await expect(dialog).toBeVisible();
  return dialog;
}

async function choose(page: Page, name: string, buffer: Buffer): Promise<void> {
  const mimeType = name.endsWith('.csv') ? 'text/csv' : 'application/octet-stream';
  await page.getByLabel(/Choose (a|another) file/).setInputFiles({ name, mimeType, buffer });
}
