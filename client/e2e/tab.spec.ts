import { sitTogether } from './support/couple.ts';
import { connection, enterTitle, milestoneId, title } from './support/room.ts';
import { expect, test } from './support/test.ts';

test('one person in two tabs is one person: both tabs edit, both are told, one avatar', async ({
  server,
  sit,
}) => {
  const { seller, buyer } = await sitTogether(server, sit);
  const id = await milestoneId(seller.page, 'Security review');
  const second = await seller.page.context().newPage();
  await second.goto(seller.page.url());
  await connection(second, 'live');

  await enterTitle(seller.page, id, 'From the first tab');
  await expect(title(second, id)).toHaveText('From the first tab');
  await enterTitle(second, id, 'From the second tab');

  for (const page of [seller.page, buyer.page])
    await expect(title(page, id)).toHaveText('From the second tab');
  await expect(buyer.page.getByRole('list', { name: 'In the room now' }).getByRole('listitem')).toHaveCount(
    2,
  );
});

test('away to another page and back: the room goes on, with what was not sent yet', async ({
  server,
  sit,
}) => {
  const { seller, buyer } = await sitTogether(server, sit);
  const id = await milestoneId(seller.page, 'Security review');
  seller.page.on('dialog', (dialog) => void dialog.accept());
  await seller.page.click('body'); // a page that nobody touched warns of nothing
  seller.proxy.blackhole();
  await enterTitle(seller.page, id, 'Typed before leaving');

  await seller.page.goto('about:blank');
  seller.proxy.heal();
  await seller.page.goBack();

  await connection(seller.page, 'live', 15_000);
  for (const { page } of [seller, buyer]) await expect(title(page, id)).toHaveText('Typed before leaving');
  await enterTitle(seller.page, id, 'Typed after coming back');
  await expect(title(buyer.page, id)).toHaveText('Typed after coming back');
});
