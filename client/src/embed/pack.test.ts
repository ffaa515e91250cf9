import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const CLIENT = new URL('../../', import.meta.url).pathname;

// What a site writes after the package's README; the last line is a mistake that its types have to find.
const SITE = `
import { loadParleyRoom, type ParleyRoom } from '@parley/embed';
const room: ParleyRoom = await loadParleyRoom({ origin: 'https://rooms.example.com', room: 'r', view: 'plan' });
room.addEventListener('plan.progress', (event) => { const done: number = event.detail.done; void done; });
document.querySelector('parley-room')?.setView('timeline');
// @ts-expect-error: there is no such view
document.querySelector('parley-room')?.setView('documents');
`;

test('the package has what it says, and a site compiles and imports it as Node resolves it', () => {
  const site = mkdtempSync(join(tmpdir(), 'parley-pack-'));
  const run = (command: string, args: readonly string[], cwd: string): string =>
    execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [packed] = JSON.parse(
      run('npm', ['pack', '--json', '--silent', '--pack-destination', site], join(CLIENT, 'embed')),
    ) as { filename: string; files: { path: string }[] }[];
    expect(packed?.files.map(({ path }) => path).sort()).toEqual([
      'README.md',
      'dist/index.d.ts',
      'dist/index.js',
      'dist/types.d.ts',
      'dist/types.js',
      'package.json',
    ]);
    const home = join(site, 'node_modules/@parley/embed');
    mkdirSync(home, { recursive: true });
    run('tar', ['xzf', join(site, packed?.filename ?? ''), '--strip-components=1', '-C', home], site);
    const { exports } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
    for (const path of Object.values<string>(exports['.'])) readFileSync(join(home, path));

    writeFileSync(join(site, 'package.json'), '{"type":"module"}');
    writeFileSync(join(site, 'site.ts'), SITE);
    const strict = [
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2022',
      '--lib',
      'es2022,dom',
    ];
    run(join(CLIENT, 'node_modules/.bin/tsc'), [...strict, 'site.ts'], site);
    const script = "import('@parley/embed').then((all) => console.log(Object.keys(all).join()))";
    expect(run('node', ['--eval', script], site).trim()).toBe('loadParleyRoom');
  } finally {
    rmSync(site, { recursive: true, force: true });
  }
});
