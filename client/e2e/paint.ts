import { randomUUID } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import type { Page } from '@playwright/test';
import { sitDown } from './support/couple.ts';
import { cell, enterTitle } from './support/room.ts';
import { daysFromToday, type RunningServer } from './support/server.ts';
import { expect, test } from './support/test.ts';

// From a key to the frame that shows it, in a large plan that another person edits
// twenty times a second. It measures, and fails only when nothing was measured:
// the result is a file in bench/results.

const PLANS = [20, 200, 500];
const REMOTE_PER_SECOND = 20;
const KEYS = 60;
const RUNS = 5;
const COMMAND = 'npx playwright test -c e2e/paint.config.ts';

test('key to paint, with twenty remote edits a second', async ({ server, sit }) => {
  const lines = ['| milestones | remote edits/s | p50 ms | p95 ms | longest ms |', '|---|---|---|---|---|'];
  for (const size of PLANS) {
    const { room, ids } = await plan(server, size);
    const seat = await sitDown(server, sit, room, 'seller', 'Priya Nair', 'owner');
    const other = await sitDown(server, sit, room, 'buyer', 'Marc Olsen');
    await other.page.goto('about:blank'); // his edits come over HTTP; his browser would only take the core
    const mine = ids[Math.floor(size / 2)] as string;
    await cell(seat.page, mine, 'title').scrollIntoViewIfNeeded();
    await enterTitle(seat.page, mine, 'The first edit fetches the editor');

    const runs: number[][] = [];
    for (let run = 0; run < RUNS; run++) {
      const remote = edits(
        server,
        room,
        other.session,
        ids.filter((id) => id !== mine),
      );
      runs.push(await keys(seat.page, mine));
      const sent = await remote.stop();
      expect(sent, 'the other person did edit').toBeGreaterThan(0);
      lines.push(row(size, sent, runs.at(-1) ?? []));
    }
    expect(runs.flat()).toHaveLength(KEYS * RUNS);
  }
  const day = new Date().toJSON().slice(0, 10);
  const text = `# Key to paint, measured ${day}\n\n\`${COMMAND}\` in \`client\`, ${cpus().length} cores shared by browser, server, database and generator. Each row is one run of ${KEYS} keys: typed letters and Enter in a title cell, from the key event to the end of the frame that shows it.\n\n${lines.join('\n')}\n`;
  let path = new URL(`../../bench/results/${day}-paint.md`, import.meta.url);
  for (let n = 2; existsSync(path); n++)
    path = new URL(`../../bench/results/${day}-paint-${n}.md`, import.meta.url);
  writeFileSync(path, text);
  console.log(text);
});

async function plan(server: RunningServer, size: number): Promise<{ room: string; ids: string[] }> {
  const room = await server.room({ template: 'blank' });
  const phases = Array.from({ length: Math.ceil(size / 25) }, () => randomUUID());
  const ids = Array.from({ length: size - 1 }, () => randomUUID()); // go-live is one of them
  const ops = [
    ...phases.map((id, i) => ({ kind: 'phase.add', id, set: { name: `Phase ${i + 1}` } })),
    ...ids.map((id, i) => ({
      kind: 'milestone.add',
      id,
      set: {
        phase: phases[Math.floor(i / 25)] as string,
        title: `Security review, part ${i + 1}`,
        due: daysFromToday(i % 40),
      },
    })),
  ];
  const client = randomUUID();
  for (let seq = 1; ops.length > 0; seq++) {
    await server.api('POST', `/api/v1/rooms/${room}/ops`, {
      client,
      seq,
      stream: 'shared',
      ops: ops.splice(0, 100),
    });
  }
  return { room, ids };
}

/** edits changes dates and titles at a fixed rate until it is stopped; stop returns how many a second there were. */
function edits(server: RunningServer, room: string, session: string, ids: readonly string[]) {
  const began = performance.now();
  const under: Promise<unknown>[] = [];
  const timer = setInterval(() => {
    const i = under.length;
    const set: Record<string, string> =
      i % 2 === 0 ? { due: daysFromToday(i % 60) } : { title: `Edited by the other, ${i}` };
    const id = ids[(i * 7) % ids.length] as string;
    under.push(server.submit(room, session, [{ kind: 'milestone.update', id, set }]));
  }, 1000 / REMOTE_PER_SECOND);
  return {
    stop: async (): Promise<number> => {
      clearInterval(timer);
      await Promise.all(under);
      return (under.length * 1000) / (performance.now() - began);
    },
  };
}

/** keys types into a title cell and returns how long each key took to be on the screen, in milliseconds. */
async function keys(page: Page, milestone: string): Promise<number[]> {
  await page.evaluate(watchKeys);
  const title = cell(page, milestone, 'title');
  await title.focus();
  for (let i = 0; i < KEYS; i++) {
    await page.keyboard.press(i % 10 === 0 || i % 10 === 9 ? 'Enter' : 'x');
    await page.waitForTimeout(40);
  }
  await page.waitForTimeout(200);
  return page.evaluate(() => (window as unknown as { painted: number[] }).painted);
}

function watchKeys(): void {
  const painted: number[] = [];
  const here = window as unknown as { painted: number[]; watching?: (event: KeyboardEvent) => void };
  if (here.watching) removeEventListener('keydown', here.watching, true);
  here.painted = painted;
  here.watching = (event) => {
    const at = event.timeStamp;
    requestAnimationFrame(() => {
      // A message after the frame's callbacks comes when the frame is done.
      const channel = new MessageChannel();
      channel.port1.onmessage = () => painted.push(performance.now() - at);
      channel.port2.postMessage(null);
    });
  };
  addEventListener('keydown', here.watching, true);
}

function row(size: number, sent: number, times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (q: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0).toFixed(1);
  return `| ${size} | ${sent.toFixed(1)} | ${at(0.5)} | ${at(0.95)} | ${at(1)} |`;
}
