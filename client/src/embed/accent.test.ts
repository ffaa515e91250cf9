import { expect, test } from 'vitest';
import { accentOf, contrast, HARDEST, mix, parse, SOFT } from './accent';

const value = (text: string): number => parse(text) ?? 0;

test('whatever accent a site asks for can be read on both themes', () => {
  let adjusted = 0;
  for (let r = 0; r < 256; r += 51)
    for (let g = 0; g < 256; g += 51)
      for (let b = 0; b < 256; b += 51) {
        const asked = `#${[r, g, b].map((c) => c.toString(16).padStart(2, '0')).join('')}`;
        const accent = accentOf(asked);
        if (accent === null) throw new Error(`${asked} is a colour`);
        for (const ground of [0xffffff, HARDEST.light, mix(0xffffff, value(accent.light), SOFT)])
          expect(contrast(value(accent.light), ground), `${asked} on light`).toBeGreaterThanOrEqual(4.5);
        for (const ground of [0x161a21, HARDEST.dark, mix(0x161a21, value(accent.dark), SOFT)])
          expect(contrast(value(accent.dark), ground), `${asked} on dark`).toBeGreaterThanOrEqual(4.5);
        expect(
          contrast(value(accent.onLight), value(accent.light)),
          `text on ${asked}, light`,
        ).toBeGreaterThanOrEqual(4.5);
        expect(
          contrast(value(accent.onDark), value(accent.dark)),
          `text on ${asked}, dark`,
        ).toBeGreaterThanOrEqual(4.5);
        if (accent.adjusted) adjusted++;
      }
  expect(adjusted).toBeGreaterThan(100);
});

test('what is no colour is no accent', () => {
  for (const text of ['', 'red', '#12', '#12345', 'url(x)', '#1d56d6;color:red', 'var(--x)'])
    expect(accentOf(text), text).toBeNull();
  expect(accentOf('#ABC')?.light).toBe(accentOf('#aabbcc')?.light);
});
