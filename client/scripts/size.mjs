// Prints what the page's files weigh over the wire, and fails above the budget.
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const DIST = new URL('../dist/', import.meta.url);
// The room's budget: a phone on a slow network shows the plan within its first second.
const BUDGETS = { '.js': 70_000, '.css': 20_000 };

let over = false;
for (const [ending, budget] of Object.entries(BUDGETS)) {
  let total = 0;
  for (const name of readdirSync(DIST).filter((file) => file.endsWith(ending))) {
    const bytes = readFileSync(new URL(name, DIST));
    const packed = gzipSync(bytes, { level: 9 }).length;
    total += packed;
    console.log(`${name}: ${kb(bytes.length)}, ${kb(packed)} gzipped`);
  }
  if (total > budget) {
    over = true;
    console.error(`${ending} files weigh ${kb(total)} gzipped; the budget is ${kb(budget)}`);
  }
}
process.exitCode = over ? 1 : 0;

function kb(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
