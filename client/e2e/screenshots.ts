import type { Page } from '@playwright/test';
import { repository } from './support/paths.ts';
import { cell, connection, milestoneId } from './support/room.ts';
import { RunningServer } from './support/server.ts';
import { test as base, expect } from './support/test.ts';

const DESKTOP = { viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' } as const;
const PHONE = { ...DESKTOP, viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true } as const;

const test = base.extend<object, { server: RunningServer }>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures a fixture needs from this pattern
    async ({}, use) => {
      const server = await RunningServer.start({ demo: true });
      await use(server);
      await server.stop();
    },
    { scope: 'worker' },
  ],
});

test('pictures of the demo room', async ({ server, sit }) => {
  const { seller, buyer } = server.demoLinks();
  const priya = await sit(`/join/${seller}`, DESKTOP);
  const marc = await sit(`/join/${buyer}`, DESKTOP);
  const phone = await sit(`/join/${buyer}`, PHONE);
  for (const { page } of [priya, marc, phone]) await connection(page, 'live');

  const id = await milestoneId(marc.page, 'Security review');
  await cell(marc.page, id, 'due').click();
  await marc.page.keyboard.type('fri');
  await expect(cell(priya.page, id, 'due')).toContainText('fri');

  for (const colorScheme of ['light', 'dark'] as const) {
    await take(priya.page, colorScheme, `plan-desktop-${colorScheme}`);
    await take(phone.page, colorScheme, `plan-phone-${colorScheme}`);
  }
  await marc.page.keyboard.press('Escape');
  for (const tab of ['overview', 'timeline', 'people'])
    for (const [screen, { page }] of [
      ['desktop', priya],
      ['phone', phone],
    ] as const) {
      await page.locator(`nav a[href$="/${tab}"]`).click();
      for (const colorScheme of ['light', 'dark'] as const)
        await take(page, colorScheme, `${tab}-${screen}-${colorScheme}`);
    }
});

async function take(page: Page, colorScheme: 'light' | 'dark', name: string): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  await expect(page.getByText('Loading…')).toHaveCount(0);
  await page.screenshot({ path: `${repository}/docs/${name}.png`, caret: 'hide' });
}
