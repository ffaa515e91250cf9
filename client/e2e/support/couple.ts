import { connection, giveName } from './room.ts';
import type { RunningServer } from './server.ts';
import type { Seat } from './test.ts';

type Sit = (path: string) => Promise<Seat>;

/** sitTogether opens a new room for Priya of Northwind and Marc of Acme, each in a browser of their own. */
export async function sitTogether(
  server: RunningServer,
  sit: Sit,
): Promise<{ room: string; seller: Seat; buyer: Seat }> {
  const room = await server.room();
  const seller = await sitDown(server, sit, room, 'seller', 'Priya Nair');
  const buyer = await sitDown(server, sit, room, 'buyer', 'Marc Olsen');
  return { room, seller, buyer };
}

/** sitDown opens the room through a new link of a side and gives a name. */
export async function sitDown(
  server: RunningServer,
  sit: Sit,
  room: string,
  side: string,
  name: string,
): Promise<Seat> {
  const link = await server.link(room, side, 'editor');
  const seat = await sit(link.path);
  await connection(seat.page, 'live');
  await seat.page.keyboard.press('Control+k').catch(() => undefined);
  await giveName(seat.page, name);
  await connection(seat.page, 'live');
  return seat;
}
