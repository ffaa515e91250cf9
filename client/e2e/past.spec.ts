import { faults } from './support/axe.ts';
import { sitDown, sitTogether } from './support/couple.ts';
import { cell, milestoneId } from './support/room.ts';
import { daysFromToday, type RunningServer } from './support/server.ts';
import { expect, test } from './support/test.ts';

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

async function revOf(server: RunningServer, room: string, session: string): Promise<number> {
  const path = `/api/v1/rooms/${room}/snapshot?stream=shared`;
  return (await server.api<{ rev: number }>('GET', path, undefined, session)).rev;
}

test('the slider shows the plan as it was, marks what differs, and brings a date back', async ({
  server,
  sit,
}) => {
  const { room, seller, buyer } = await sitTogether(server, sit);
  const { page } = buyer;
  const id = await milestoneId(page, 'Discovery recap');
  const before = daysFromToday(-80); // long before anything that waits for it
  await server.submit(room, seller.session, [{ kind: 'milestone.update', id, set: { due: before } }]);
  const rev = await revOf(server, room, seller.session);
  await server.submit(room, seller.session, [
    { kind: 'milestone.update', id, set: { due: daysFromToday(-79), title: 'Recap call' } },
  ]);
  await expect(cell(page, id, 'due').locator('time')).toHaveAttribute('datetime', daysFromToday(-79));

  await page.getByRole('navigation', { name: 'Room' }).getByRole('link', { name: 'Activity' }).click();
  const past = page.getByTestId('past');
  await past.getByRole('slider').fill(String(rev));
  await expect(past).toContainText('1 milestone is different now.');
  const line = past.getByRole('listitem').filter({ hasText: 'Discovery recap' });
  await expect(line).toContainText('now “Recap call”');
  expect(await faults(page)).toEqual([]);
  // It looks back only: what the other does now leaves it where it is.
  await server.submit(room, seller.session, [{ kind: 'milestone.update', id, set: { title: 'Recap' } }]);
  await expect(line).toContainText('now “Recap”');
  await line.getByRole('button', { name: /^Restore/ }).click();
  await expect(cell(seller.page, id, 'due').locator('time')).toHaveAttribute('datetime', before);
  await past.getByRole('button', { name: 'Back to now' }).click();
  await expect(past.getByRole('listitem')).toHaveCount(0);
});

test('what one side keeps to itself has a past of its own, and nobody else a way to it', async ({
  server,
  sit,
}) => {
  const { room, seller, buyer } = await sitTogether(server, sit);
  const { page } = seller;
  const phase = await page.locator('[data-row]').first().getAttribute('data-row');
  const id = crypto.randomUUID();
  const secret = (
    set: Record<string, string | null>,
    kind: 'milestone.add' | 'milestone.update' = 'milestone.update',
  ) => server.submit(room, seller.session, [{ kind, id, set }], 'seller');
  await secret({ phase, title: 'Discount approval' }, 'milestone.add');
  await secret({ title: 'Discount signed off' });
  await expect(cell(page, id, 'title')).toContainText('Discount signed off');

  await page.getByRole('navigation', { name: 'Room' }).getByRole('link', { name: 'Activity' }).click();
  const past = page.getByTestId('past');
  await past.getByRole('button', { name: 'Only Northwind' }).click();
  const slider = past.getByRole('slider');
  const last = Number(await slider.getAttribute('max'));
  await slider.fill(String(last - 1));
  await expect(past.getByRole('listitem')).toHaveCount(1);
  await expect(past.getByRole('listitem')).toContainText('Discount approval');
  await expect(past.getByRole('listitem')).toContainText('now “Discount signed off”');

  await buyer.page.getByRole('navigation', { name: 'Room' }).getByRole('link', { name: 'Activity' }).click();
  await expect(buyer.page.getByTestId('past').getByRole('button', { name: /Northwind/ })).toHaveCount(0);
  await expect(buyer.page.getByText('Discount')).toHaveCount(0); // I11
});

test('what became different since a call is told in words, on a phone too', async ({ server, sit }) => {
  const { room, seller } = await sitTogether(server, sit);
  const { page } = await sitDown(server, sit, room, 'buyer', 'Lena Brandt', 'editor', PHONE);
  const id = await milestoneId(page, 'Discovery recap');
  const hour = await page.evaluate(() => {
    const now = new Date(Date.now() - new Date().getTimezoneOffset() * 60_000 - 3_600_000);
    return now.toISOString().slice(0, 16);
  });
  await server.submit(room, seller.session, [{ kind: 'milestone.update', id, set: { title: 'Recap call' } }]);
  await page.getByRole('navigation', { name: 'Room' }).getByRole('link', { name: 'Activity' }).tap();
  const since = page.getByTestId('since');
  await since.getByLabel('Moment').fill(hour);
  await since.getByRole('button', { name: 'Show differences' }).tap();
  await expect(since.getByRole('listitem').filter({ hasText: 'Recap call' })).toBeVisible();
  expect(await faults(page)).toEqual([]);
  expect(
    await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
  ).toBe(0);
});

test('who comes back after a while is told how much happened; after a moment they are not', async ({
  server,
  sit,
}) => {
  const { room, seller, buyer } = await sitTogether(server, sit);
  const { page } = buyer;
  const id = await milestoneId(page, 'Discovery recap');
  const leave = (hidden: boolean, minutes: number) =>
    page.evaluate(
      ([gone, ms]) => {
        const real = Date.now;
        Date.now = () => real() + ms;
        Object.defineProperty(document, 'hidden', { value: gone, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      },
      [hidden, minutes * 60_000] as const,
    );
  const edit = async (title: string) => {
    await server.submit(room, seller.session, [{ kind: 'milestone.update', id, set: { title } }]);
    await expect(cell(page, id, 'title')).toContainText(title);
  };

  await leave(true, 0);
  await edit('One');
  await leave(false, 5);
  await expect(page.getByTestId('away')).toHaveCount(0);
  await leave(true, 0);
  await edit('Two');
  await edit('Three');
  await leave(false, 16);
  await expect(page.getByTestId('away')).toContainText('2 changes while you were away.');
  await page.getByRole('button', { name: 'See them' }).click();
  await expect(page.getByTestId('past')).toBeVisible();
  await expect(page.getByTestId('away')).toHaveCount(0);
});
