// Prints what the page's files weigh over the wire, and fails above the budget.
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const DIST = new URL('../dist/', import.meta.url);
// The room's budgets: a phone on a slow network shows the plan within its first
// second. What is loaded when it is first opened (panel, dialogs) has its own.
const BUDGETS = { 'first scripts': 70_000, 'later scripts': 40_000, styles: 20_000 };
const FIRST = ['app.js', 'core.js'];

const weight = { 'first scripts': 0, 'later scripts': 0, styles: 0 };
for (const name of readdirSync(DIST)) {
  const bytes = readFileSync(new URL(name, DIST));
  const packed = gzipSync(bytes, { level: 9 }).length;
  const part = FIRST.includes(name) ? 'first scripts' : name.endsWith('.js') ? 'later scripts' : 'styles';
  weight[part] += packed;
  console.log(`${name}: ${kb(bytes.length)}, ${kb(packed)} gzipped`);
}

for (const [part, budget] of Object.entries(BUDGETS)) {
  if (weight[part] <= budget) continue;
  process.exitCode = 1;
  console.error(`${part}: ${kb(weight[part])} gzipped; the budget is ${kb(budget)}`);
}

function kb(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
