import type { Locator, Page } from '@playwright/test';
import { expect } from './test.ts';

/** cell returns the plan cell of a milestone's field. */
export const cell = (page: Page, milestone: string, field: string): Locator =>
  page.getByTestId(`cell-${milestone}-${field}`);

/** row returns the plan row (or card) of a milestone. */
export const row = (page: Page, milestone: string): Locator => page.getByTestId(`row-${milestone}`);

/** milestoneId finds a milestone by its title on the screen. */
export async function milestoneId(page: Page, title: string): Promise<string> {
  const found = page.locator('[data-testid^="row-"]').filter({ hasText: title }).first();
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

/** enterTitle edits a title cell the way a person does: focus, type over, Enter. */
export async function enterTitle(page: Page, milestone: string, title: string): Promise<void> {
  await cell(page, milestone, 'title').click();
  await page.keyboard.press('Enter');
  await expect(page.locator('input:focus, textarea:focus')).toHaveCount(1);
  await page.keyboard.press('Control+a');
  await page.keyboard.type(title);
  await page.keyboard.press('Enter');
}

/** giveName answers the question that the first write of a link holder asks. */
export async function giveName(page: Page, name: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/name/i).first().fill(name);
  await dialog.getByRole('button', { name: /continue|join|save/i }).click();
  await expect(dialog).toBeHidden();
}
