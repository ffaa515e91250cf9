import type { Config } from '../../embed/src/messages';
import { accentOf, SOFT } from './accent';
import type { Port } from './port';

const RADII: Readonly<Record<string, number>> = { none: 0, small: 4, medium: 6, large: 10 };
const MAX_RADIUS = 16;
const PARTS = ['header', 'tabs', 'runway', 'branding'];

/** wear gives the page the look that a site asks for: a few tokens, of which colours of states are none. */
export function wear(config: Config, port: Port): void {
  const { dataset, style } = document.documentElement;
  dataset.embed = config.auto ? 'auto' : 'fixed';
  dataset.hide = config.hide.filter((part) => PARTS.includes(part)).join(' ');
  if (config.theme === 'light' || config.theme === 'dark') dataset.theme = config.theme;
  else delete dataset.theme;
  document.documentElement.dir = config.dir === 'rtl' ? 'rtl' : 'ltr';
  if (config.density === 'compact') style.setProperty('--row-h', '32px');
  else style.removeProperty('--row-h');
  round(style, config.radius);
  tint(style, config.accent, port);
}

function round(style: CSSStyleDeclaration, asked: string): void {
  const radius = RADII[asked] ?? (/^\d+(px)?$/.test(asked) ? Number.parseInt(asked, 10) : null);
  const sizes = { '--r-1': 0.67, '--r-2': 1, '--r-3': 1.67 };
  for (const [name, part] of Object.entries(sizes)) {
    if (radius === null) style.removeProperty(name);
    else style.setProperty(name, `${Math.round(Math.min(radius, MAX_RADIUS) * part)}px`);
  }
}

let told = '';

function tint(style: CSSStyleDeclaration, asked: string, port: Port): void {
  const accent = accentOf(asked);
  const both = (light: string, dark: string): string => `light-dark(${light}, ${dark})`;
  const mixed = (part: number, ground: string): string =>
    `color-mix(in srgb, var(--accent) ${part}%, ${ground})`;
  const tokens: Readonly<Record<string, string>> =
    accent === null
      ? {}
      : {
          '--accent': both(accent.light, accent.dark),
          '--accent-hover': mixed(85, both('#000000', '#ffffff')),
          '--on-accent': both(accent.onLight, accent.onDark),
          '--accent-soft': mixed(100 * SOFT, 'var(--surface)'),
          '--focus': both(accent.light, accent.dark),
        };
  for (const name of ['--accent', '--accent-hover', '--on-accent', '--accent-soft', '--focus']) {
    const value = tokens[name];
    if (value === undefined) style.removeProperty(name);
    else style.setProperty(name, value);
  }
  if (accent?.adjusted && asked !== told) {
    port.emit('theme.adjusted', { accent: asked, light: accent.light, dark: accent.dark });
    console.info(
      `parley: the accent ${asked} is shown as ${accent.light} on light and ${accent.dark} on dark, so that it can be read`,
    );
  }
  told = asked;
}
