// What becomes of a company's colour on a page, as server/web/accent.go works it
// out: the preview is what people will see.

/** Rgb is a colour, its parts from 0 to 255. */
export type Rgb = readonly [number, number, number];

/** Tokens are the colours of a page, light and dark. */
export interface Tokens {
  readonly light: string;
  readonly light_hover: string;
  readonly light_soft: string;
  readonly dark: string;
  readonly dark_hover: string;
  readonly dark_soft: string;
}

export const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
const LIGHT_PAGE: Rgb = [0xee, 0xf1, 0xf5];
const DARK_PAGE: Rgb = [0x2d, 0x35, 0x40];
export const DARK_SURFACE: Rgb = [0x16, 0x1a, 0x21];
const READABLE = 4.55;
const CORRECTION = 0.02;
const LIGHT_SOFT = 0.1;
const DARK_SOFT = 0.2;
const HOVERED = 0.16;

/** tokensOf darkens and lightens an accent until it can be read. */
export function tokensOf(accent: Rgb): Tokens {
  let light = accent;
  let dark = accent;
  while (
    contrast(light, LIGHT_PAGE) < READABLE ||
    contrast(light, toward(light, WHITE, 1 - LIGHT_SOFT)) < READABLE
  )
    light = toward(light, BLACK, CORRECTION);
  while (
    contrast(dark, DARK_PAGE) < READABLE ||
    contrast(dark, toward(DARK_SURFACE, dark, DARK_SOFT)) < READABLE
  )
    dark = toward(dark, WHITE, CORRECTION);
  return {
    light: hexOf(light),
    light_hover: hexOf(toward(light, BLACK, HOVERED)),
    light_soft: hexOf(toward(light, WHITE, 1 - LIGHT_SOFT)),
    dark: hexOf(dark),
    dark_hover: hexOf(toward(dark, WHITE, HOVERED)),
    dark_soft: hexOf(toward(DARK_SURFACE, dark, DARK_SOFT)),
  };
}

/** contrast is that of WCAG 2.2, from 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

/** rgbOf reads #rrggbb, and #rgb; null for what is no colour. */
export function rgbOf(text: string): Rgb | null {
  const digits = text.trim().replace(/^#/, '');
  const long = /^[0-9a-f]{3}$/i.test(digits) ? [...digits].map((d) => d + d).join('') : digits;
  if (!/^[0-9a-f]{6}$/i.test(long)) return null;
  const part = (i: number) => Number.parseInt(long.slice(i, i + 2), 16);
  return [part(0), part(2), part(4)];
}

/** hexOf writes #rrggbb. */
export const hexOf = (c: Rgb): string => `#${c.map((v) => v.toString(16).padStart(2, '0')).join('')}`;

function toward(c: Rgb, other: Rgb, part: number): Rgb {
  const mix = (i: 0 | 1 | 2) => Math.round(c[i] + (other[i] - c[i]) * part);
  return [mix(0), mix(1), mix(2)];
}

function luminance(c: Rgb): number {
  const linear = (v: number) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) + 0.0722 * linear(c[2]);
}
