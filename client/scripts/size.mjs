// Prints what the page's files weigh over the wire, and fails above the budget.
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const DIST = new URL('../dist/', import.meta.url);
// The room's budgets: a phone on a slow network shows its first screen within a
// second. What is loaded when it is first opened has its own.
const FIRST_BYTES = 70_000;
const LATER_BYTES = 90_000;
const DOOR_BYTES = 6_000;
const WATCH_BYTES = 25_000; // the server draws that page, its script keeps it fresh
const DESK_BYTES = 60_000; // the seller's pages are an application of their own
const STYLES_BYTES = 20_000; // of each page
// The script that portals load into pages of their own.
const EMBED_BYTES = 6_000;
const FRAME_BYTES = 9_000; // what a frame has beside the room's own parts
const EMBED = /^embed-(v1|1\.\d+\.\d+)\.js$/;
// What each first screen is made of; with what these import, it is asked for at once.
const SCREENS = {
  overview: ['app.js', 'overview.js'],
  'plan, wide': ['app.js', 'plan.js', 'tree-grid.js'],
  'plan, narrow': ['app.js', 'plan.js', 'cards.js'],
  'timeline, wide': ['app.js', 'timeline.js'],
  'timeline, narrow': ['app.js', 'agenda.js'],
  people: ['app.js', 'people-page.js'],
  activity: ['app.js', 'activity-page.js'],
  'new room': ['new.js'],
};

const texts = new Map(readdirSync(DIST).map((name) => [name, readFileSync(new URL(name, DIST))]));
const packed = new Map([...texts].map(([name, text]) => [name, gzipSync(text, { level: 9 }).length]));
for (const [name, text] of texts) console.log(`${name}: ${kb(text.length)}, ${kb(packed.get(name))} gzipped`);

const first = new Set();
for (const [screen, files] of Object.entries(SCREENS)) {
  const needed = withImports(files);
  for (const name of needed) first.add(name);
  judge(`first scripts of ${screen}`, needed, FIRST_BYTES);
}
for (const alone of ['watch.js', 'door.js']) first.add(alone);
judge('script of a link’s door', ['door.js'], DOOR_BYTES);
judge('script of who watches', ['watch.js'], WATCH_BYTES);
first.add('desk.js');
judge('script of the seller’s pages', ['desk.js'], DESK_BYTES);
first.add('embed.js');
judge('script of a frame', ['embed.js'], FRAME_BYTES);
judge(
  'later scripts',
  [...texts.keys()].filter((name) => name.endsWith('.js') && !first.has(name) && !EMBED.test(name)),
  LATER_BYTES,
);
judge('script for portals', ['embed-v1.js'], EMBED_BYTES);
for (const name of texts.keys()) if (name.endsWith('.css')) judge(`style ${name}`, [name], STYLES_BYTES);

// withImports adds what the files import statically, and what that imports.
function withImports(files) {
  const needed = new Set();
  const add = (name) => {
    if (needed.has(name)) return;
    needed.add(name);
    const text = texts.get(name)?.toString();
    if (text === undefined) throw new Error(`${name} is not in dist`);
    for (const [, imported] of text.matchAll(/(?:from|import)\s*["'`]\.\/([\w.-]+\.js)["'`]/g)) add(imported);
  };
  files.forEach(add);
  return [...needed];
}

function judge(what, names, budget) {
  const weight = names.reduce((sum, name) => sum + packed.get(name), 0);
  const over = weight > budget;
  if (over) process.exitCode = 1;
  console[over ? 'error' : 'log'](`${what}: ${kb(weight)} gzipped; the budget is ${kb(budget)}`);
}

function kb(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
