import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contrast, hexOf, rgbOf, type Tokens, tokensOf, WHITE } from './accent';

// The server's own cases: both sides give the same style for a colour.
const CASES = JSON.parse(
  readFileSync(new URL('../../../../server/brand/testdata/accents.json', import.meta.url), 'utf8'),
) as Record<string, Tokens>;

describe('tokensOf', () => {
  for (const [accent, tokens] of Object.entries(CASES))
    it(`makes of ${accent} what the server makes`, () => {
      expect(tokensOf(rgbOf(accent) ?? WHITE)).toEqual(tokens);
    });
});

describe('rgbOf', () => {
  it('reads what people type', () => {
    expect(rgbOf(' FC0')).toEqual([255, 204, 0]);
    expect(hexOf(rgbOf('#1D56d6') ?? WHITE)).toBe('#1d56d6');
    for (const wrong of ['', '#12', 'red', '#1234567']) expect(rgbOf(wrong)).toBeNull();
  });
});

describe('contrast', () => {
  it('is that of WCAG', () => {
    expect(contrast(WHITE, [0, 0, 0])).toBeCloseTo(21);
    expect(contrast(WHITE, [0x76, 0x76, 0x76])).toBeCloseTo(4.54, 1);
  });
});
