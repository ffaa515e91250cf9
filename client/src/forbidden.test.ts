import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

// A day that becomes an instant is another day in another time zone, and keys
// sorted by a locale's rules have another order on another machine.
const FORBIDDEN: readonly (readonly [string, RegExp])[] = [
  ['new Date of a string', /new Date\(\s*['"`]/],
  [
    'new Date of a name that holds a day or an instant',
    /new Date\(\s*\w*\.?(due|day|date|start|at|today|goLive|go_live|\w+_at)\s*\)/,
  ],
  ['Date.parse', /\bDate\.parse\b/],
  ['toISOString().slice', /toISOString\(\)\s*\.\s*(slice|substring|substr|split)/],
  [
    'localeCompare of keys',
    /\.(pos|id|at|due|day)\.localeCompare|localeCompare\([^)]*\.(pos|id|at|due|day)\b/,
  ],
];

const SRC = new URL('./', import.meta.url);
const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(
  (name) => /\.(ts|svelte)$/.test(name) && !name.endsWith('forbidden.test.ts'),
);

// A part of the page that is fetched later is fetched through these (page/later.ts), or a lost connection loses it.
const BARE_IMPORT = /(?<!\b(later|onDemand)\(\s*(async )?\(\) =>\s*(\(await )?|typeof )\bimport\(\s*['"`]/;

test('no source reads a day as an instant or sorts keys by locale', () => {
  const found: string[] = [];
  for (const name of files) {
    const lines = readFileSync(new URL(name, SRC), 'utf8').split('\n');
    for (const [index, line] of lines.entries()) {
      for (const [what, pattern] of FORBIDDEN)
        if (pattern.test(line)) found.push(`${name}:${index + 1}: ${what}`);
    }
  }
  expect(found).toEqual([]);
});

test('every part of the page that is fetched later survives a lost connection', () => {
  const page = files.filter((name) => !name.endsWith('.test.ts'));
  const sources = page.map((name) => [name, readFileSync(new URL(name, SRC), 'utf8')] as const);
  expect(sources.filter(([, text]) => /\bonDemand\(\(\) => import\(/.test(text)).length).toBeGreaterThan(3);
  expect(sources.filter(([, text]) => text.search(BARE_IMPORT) >= 0).map(([name]) => name)).toEqual([]);
});
