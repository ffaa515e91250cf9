import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { contrast, parse } from '../embed/accent';

// The contrast gate of both themes: WCAG 2.2, 1.4.3 for text and 1.4.11 for what carries meaning.
const css = readFileSync(fileURLToPath(new URL('tokens.css', import.meta.url)), 'utf8');
const TEXT = 4.5;
const SHAPE = 3;
const STATUSES = ['todo', 'prog', 'done', 'risk', 'block', 'skip'];
const GROUNDS = ['canvas', 'surface', 'surface-2', 'overlay'];
const AVATARS = Array.from({ length: 8 }, (_, i) => `av-${i + 1}`);

type Pair = readonly [front: string, back: string, least: number];
const PAIRS: readonly Pair[] = [
  ...GROUNDS.flatMap((ground): Pair[] => [
    ...['text', 'text-2', 'text-3', 'accent', 'seller', 'buyer'].map((f): Pair => [f, ground, TEXT]),
    ...['border-strong', 'focus'].map((f): Pair => [f, ground, SHAPE]),
  ]),
  ['on-accent', 'accent', TEXT],
  ['on-accent', 'accent-hover', TEXT],
  ['text', 'accent-soft', TEXT],
  ['seller', 'seller-soft', TEXT],
  ['buyer', 'buyer-soft', TEXT],
  ...STATUSES.flatMap((status): Pair[] => [
    ...[`${status}-bg`, 'surface', 'canvas'].map((b): Pair => [`${status}-fg`, b, TEXT]),
    ...[`${status}-bg`, 'surface', 'canvas'].map((b): Pair => [`${status}-ic`, b, SHAPE]),
  ]),
  ...AVATARS.flatMap((avatar): Pair[] => [
    ['white', avatar, TEXT], // initials
    [avatar, 'surface', SHAPE], // the ring of who edits
    [avatar, 'canvas', SHAPE],
  ]),
];

// colours reads the tokens of one theme: light-dark(light, dark), or one value for both.
function colours(theme: 'light' | 'dark'): ReadonlyMap<string, number> {
  const found = css.matchAll(
    /--([\w-]+):\s*(?:light-dark\((#[\da-f]{6}),\s*(#[\da-f]{6})\)|(#[\da-f]{6}));/g,
  );
  const values = new Map([['white', 0xffffff]]);
  for (const [, name = '', light, dark, both] of found)
    values.set(name, parse(both ?? (theme === 'light' ? light : dark) ?? '') ?? Number.NaN);
  return values;
}

describe.each(['light', 'dark'] as const)('%s', (theme) => {
  const known = colours(theme);
  test.each(PAIRS)('%s on %s is at least %d : 1', (front, back, least) => {
    const [f, b] = [known.get(front), known.get(back)];
    if (f === undefined || b === undefined) throw new Error(`${front} or ${back} is no colour of tokens.css`);
    expect(contrast(f, b)).toBeGreaterThanOrEqual(least);
  });
});
