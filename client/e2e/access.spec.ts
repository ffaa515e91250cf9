import { faults, TARGETS } from './support/axe.ts';
import { sitDown } from './support/couple.ts';
import { covered } from './support/covered.ts';
import { connection, milestoneId, row } from './support/room.ts';
import { expect, test } from './support/test.ts';

for (const colorScheme of ['light', 'dark'] as const)
  for (const [width, height] of [
    [1280, 800],
    [360, 740],
  ] as const)
    test(`nothing keeps people out: plan, panel and dialogs, ${colorScheme}, ${width} px`, async ({
      server,
      sit,
    }) => {
      const options = { viewport: { width, height }, colorScheme, reducedMotion: 'reduce' } as const;
      const room = await server.room();
      const { page } = await sitDown(server, sit, room, 'seller', 'Priya Nair', 'owner', options);
      expect(await faults(page, TARGETS), 'the plan').toEqual([]);

      await page.keyboard.press('?');
      await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
      expect(await faults(page, TARGETS), 'the list of keys').toEqual([]);
      await page.keyboard.press('Escape');

      await page.getByRole('button', { name: 'Share' }).click();
      await page.getByRole('button', { name: 'Make link' }).click();
      await expect(page.getByLabel('The new link')).toBeVisible();
      expect(await faults(page, TARGETS), 'the share dialog').toEqual([]);
      await page.keyboard.press('Escape');

      const id = await milestoneId(page, 'Technical evaluation');
      if (width < 720) await row(page, id).getByRole('button').click();
      else await row(page, id).press('e');
      await expect(page.getByRole('dialog', { name: 'Technical evaluation' })).toBeVisible();
      expect(await faults(page, TARGETS), 'the panel of a milestone').toEqual([]);

      const link = await server.link(room, 'buyer', 'editor');
      const guest = await sit(link.path, options);
      await connection(guest.page, 'live');
      await guest.page.getByRole('button', { name: 'Add milestone' }).click();
      await expect(guest.page.getByRole('dialog', { name: 'Who are you?' })).toBeVisible();
      expect(await faults(guest.page, TARGETS), 'the question for a name').toEqual([]);
    });

for (const [width, height] of [
  [1280, 800],
  [360, 740],
] as const)
  test(`what has the focus is in sight, ${width} px`, async ({ server, sit }) => {
    const viewport = { width, height };
    const room = await server.room();
    const { page } = await sitDown(server, sit, room, 'seller', 'Priya Nair', 'owner', { viewport });
    expect(await covered(page)).toEqual([]);
  });
