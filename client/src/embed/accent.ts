// An accent that a site asks for is read on both themes, or it is corrected until it is.

const WANTED = 4.5; // WCAG 2.2, 1.4.3
const LIGHT = 0xffffff;
const DARK = 0x161a21;
const INK = 0x0b1830;
/** HARDEST are the grounds of tokens.css that it is hardest to read an accent on. */
export const HARDEST = { light: 0xeef1f5, dark: 0x2d3540 } as const;
/** SOFT is how much of the accent is in the soft ground that text in it stands on, too. */
export const SOFT = 0.12;

/** Accent is what the tokens are set to, and whether it differs from what was asked for. */
export interface Accent {
  readonly light: string;
  readonly dark: string;
  readonly onLight: string;
  readonly onDark: string;
  readonly adjusted: boolean;
}

/** accentOf reads #rgb or #rrggbb; null for anything else. */
export function accentOf(text: string): Accent | null {
  const asked = parse(text);
  if (asked === null) return null;
  const light = readable(asked, HARDEST.light, LIGHT, 0x000000);
  const dark = readable(asked, HARDEST.dark, DARK, 0xffffff);
  return {
    light: write(light),
    dark: write(dark),
    onLight: write(on(light)),
    onDark: write(on(dark)),
    adjusted: light !== asked || dark !== asked,
  };
}

/** contrast is that of two colours, 1 to 21. */
export function contrast(a: number, b: number): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

/** parse reads a colour, null for none. */
export function parse(text: string): number | null {
  const hex = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text.trim())?.[1];
  if (hex === undefined) return null;
  return Number.parseInt(hex.length === 3 ? hex.replace(/./g, '$&$&') : hex, 16);
}

// readable moves a colour toward another in small steps, as far as it must.
function readable(colour: number, ground: number, surface: number, toward: number): number {
  for (let step = 0; step <= 50; step++) {
    const moved = mix(colour, toward, step / 50);
    const soft = mix(surface, moved, SOFT);
    if (contrast(moved, ground) >= WANTED && contrast(moved, soft) >= WANTED) return moved;
  }
  return toward;
}

function on(colour: number): number {
  return contrast(colour, LIGHT) >= contrast(colour, INK) ? LIGHT : INK;
}

/** mix is a colour so far on the way to another. */
export function mix(a: number, b: number, part: number): number {
  const channel = (shift: number): number => {
    const [from, to] = [(a >> shift) & 255, (b >> shift) & 255];
    return Math.round(from + (to - from) * part) << shift;
  };
  return channel(16) | channel(8) | channel(0);
}

function luminance(colour: number): number {
  const [r = 0, g = 0, b = 0] = [16, 8, 0].map((shift) => {
    const c = ((colour >> shift) & 255) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function write(colour: number): string {
  return `#${colour.toString(16).padStart(6, '0')}`;
}
