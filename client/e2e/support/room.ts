import type { Locator, Page } from '@playwright/test';
import { expect } from './test.ts';

/** cell returns the plan cell of a milestone's field. */
export const cell = (page: Page, milestone: string, field: string): Locator =>
  page.getByTestId(`cell-${milestone}-${field}`);

/** title returns the title in a plan row, without what is shown beside it. */
export const title = (page: Page, milestone: string): Locator =>
  cell(page, milestone, 'title').locator('.text');

/** row returns the plan row (or card) of a milestone. */
export const row = (page: Page, milestone: string): Locator => page.getByTestId(`row-${milestone}`);

/** titles returns the titles of the plan from top to bottom. */
export const titles = (page: Page): Locator => page.locator('[data-testid^="row-"] .text');

/** milestoneId finds a milestone by its title on the screen. */
export async function milestoneId(page: Page, text: string): Promise<string> {
  const found = page.locator('[data-testid^="row-"]').filter({ hasText: text }).first();
  await expect(found).toBeVisible();
  return ((await found.getAttribute('data-testid')) ?? '').slice('row-'.length);
}

/** connection waits for the page to say how it stands with the server. */
export async function connection(
  page: Page,
  state: 'live' | 'reconnecting' | 'offline',
  timeout = 10_000,
): Promise<void> {
  await expect(page.locator(`[data-conn="${state}"]`)).toHaveCount(1, { timeout });
}

/** typeTitle opens a title cell and types over what is in it, without saving. */
export async function typeTitle(page: Page, milestone: string, text: string): Promise<void> {
  await cell(page, milestone, 'title').focus();
  await page.keyboard.press('Enter');
  await expect(cell(page, milestone, 'title').locator('input')).toBeFocused();
  await page.keyboard.press('Control+a');
  await page.keyboard.type(text);
}

/** enterTitle edits a title cell: focus, type over, Enter. */
export async function enterTitle(page: Page, milestone: string, text: string): Promise<void> {
  await typeTitle(page, milestone, text);
  await page.keyboard.press('Enter');
}
