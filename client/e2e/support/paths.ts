import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');
export const binary = `${repository}/.cache/parley-e2e`;

/** chromium returns the path of the system's browser; it throws when there is none. */
export function chromium(): string {
  const found = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
    existsSync(path),
  );
  if (!found) throw new Error('no Chromium on this machine; install it with: apt install chromium');
  return found;
}
