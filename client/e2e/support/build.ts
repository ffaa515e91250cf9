import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { binary, repository } from './paths.ts';

/** Builds the server once for all tests. */
export default function build(): void {
  mkdirSync(`${repository}/.cache`, { recursive: true });
  execFileSync('go', ['build', '-o', binary, './server'], { cwd: repository, stdio: 'inherit' });
}
