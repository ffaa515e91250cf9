import type { Page } from '@playwright/test';

const MOST = 200;

/** covered tabs through the whole page and names what had the focus under something else, by its corners. */
export async function covered(page: Page): Promise<string[]> {
  const found: string[] = [];
  await page.evaluate(() => scrollTo(0, 0));
  for (let n = 0; n < MOST; n++) {
    await page.keyboard.press('Tab');
    const said = await page.evaluate(coverOfFocus);
    if (said === 'the end') {
      if (n < 10) throw new Error(`only ${n} elements take the focus`);
      return found;
    }
    if (said !== '') found.push(said);
  }
  throw new Error('the focus goes round without leaving the page');
}

function coverOfFocus(): string {
  const at = document.activeElement;
  if (at === null || at === document.body) return 'the end';
  const box = at.getBoundingClientRect();
  // Of a round corner the outermost point is meant.
  const radius = Math.min(Number.parseFloat(getComputedStyle(at).borderTopLeftRadius) || 0, box.height / 2);
  const inset = 1 + 0.3 * radius;
  for (const x of [box.left + inset, box.right - inset])
    for (const y of [box.top + inset, box.bottom - inset]) {
      const seen = document.elementFromPoint(x, y);
      if (seen !== null && (at.contains(seen) || seen.contains(at))) continue;
      return `${at.ariaLabel ?? at.textContent?.trim().slice(0, 40)} under ${seen?.outerHTML.slice(0, 80) ?? 'the edge of the screen'}`;
    }
  return '';
}
