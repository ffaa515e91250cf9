import { sitDown, sitTogether } from './support/couple.ts';
import { cell, connection, enterTitle, milestoneId, title } from './support/room.ts';
import { expect, holdBack, test } from './support/test.ts';

const TITLES = ['Security review', 'Technical evaluation', 'Proposal review'];

test('a lost connection: edits queue, are counted, and arrive once', async ({ server, sit }) => {
  const { room, seller, buyer } = await sitTogether(server, sit);
  const ids = await Promise.all(TITLES.map((text) => milestoneId(seller.page, text)));

  seller.proxy.cut();
  await connection(seller.page, 'reconnecting', 2_000);
  for (const [i, id] of ids.entries()) await enterTitle(seller.page, id, `Queued ${i}`);
  await connection(seller.page, 'offline', 12_000);
  await expect(seller.page.getByText(/3 changes will be sent/)).toBeVisible();
  seller.proxy.heal();

  await connection(seller.page, 'live', 15_000);
  await expect(seller.page.getByText('Back online. 3 changes sent.')).toBeVisible();
  for (const [i, id] of ids.entries()) await expect(title(buyer.page, id)).toHaveText(`Queued ${i}`);
  const log = await server.api<{ commits: { kind: string }[] }>(
    'GET',
    `/api/v1/rooms/${room}/activity?stream=shared&after=0&limit=100`,
  );
  expect(log.commits.filter((commit) => commit.kind === 'milestone.update')).toHaveLength(3);
});

test('a half-open connection is noticed within nine seconds', async ({ server, sit }) => {
  const { seller } = await sitTogether(server, sit);

  seller.proxy.blackhole();
  await connection(seller.page, 'reconnecting', 9_500);
  seller.proxy.heal();

  await connection(seller.page, 'live', 15_000);
});

test('the tab is reloaded without a network: a warning comes first, and the unsent edit is sent later', async ({
  server,
  sit,
}) => {
  const { seller, buyer } = await sitTogether(server, sit);
  const id = await milestoneId(seller.page, 'Security review');
  const warnings: string[] = [];
  seller.page.on('dialog', (dialog) => {
    warnings.push(dialog.type());
    void dialog.accept();
  });
  seller.proxy.cut();
  await connection(seller.page, 'reconnecting', 2_000);
  await enterTitle(seller.page, id, 'Typed before the reload');

  await expect(seller.page.reload()).rejects.toThrow(/ERR_/);
  // The browser's own page takes the place of ours a moment later.
  const place = () => seller.page.evaluate(() => location.protocol);
  await expect(async () => expect(await place()).toBe('chrome-error:')).toPass({ timeout: 10_000 });
  seller.proxy.heal();
  await seller.page.reload();

  await connection(seller.page, 'live', 15_000);
  for (const { page } of [seller, buyer]) await expect(title(page, id)).toHaveText('Typed before the reload');
  expect(warnings).toEqual(['beforeunload']);
});

test('the server is killed in the middle of edits and comes back: the browsers go on, nothing is lost', async ({
  server,
  sit,
}) => {
  const room = await server.room();
  const seller = await sitDown(server, sit, room, 'seller', 'Priya Nair', 'owner');
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const buyer = await sitDown(server, sit, room, 'buyer', 'Marc Olsen', 'editor', {
    before: (page) => holdBack(page, '*/tools.js', released),
  });
  const ids = await Promise.all(TITLES.map((text) => milestoneId(seller.page, text)));
  await enterTitle(seller.page, ids[0] as string, 'Before the crash');

  await server.kill();
  await enterTitle(seller.page, ids[1] as string, 'During the crash');
  // The buyer's editors were on their way: they come when the server is back, with what is typed until then.
  release();
  await cell(buyer.page, ids[2] as string, 'title').focus();
  await buyer.page.keyboard.press('Enter');
  await buyer.page.keyboard.type(', also during');
  await expect(buyer.page.getByText('This opens when the connection is back.')).toBeVisible();
  await server.up();
  await expect(cell(buyer.page, ids[2] as string, 'title').locator('input')).toBeFocused({ timeout: 20_000 });
  await buyer.page.keyboard.press('Enter');

  await connection(seller.page, 'live', 20_000);
  await connection(buyer.page, 'live', 20_000);
  for (const seat of [seller, buyer]) {
    await expect(title(seat.page, ids[0] as string)).toHaveText('Before the crash');
    await expect(title(seat.page, ids[1] as string)).toHaveText('During the crash');
    await expect(title(seat.page, ids[2] as string)).toHaveText('Proposal review, also during');
  }
});
