import { createHash } from 'node:crypto';
import { connection } from './room.ts';
import type { NewRoom, RunningServer } from './server.ts';
import type { Seat, SeatOptions, Sit } from './test.ts';

/** Person is somebody in a room: the browser in front of them, and their session for calls without it. */
export interface Person extends Seat {
  readonly id: string;
  readonly session: string;
}

export interface Couple {
  readonly room: string;
  readonly seller: Person;
  readonly buyer: Person;
}

/** sitTogether opens a new room for Priya of Northwind, who owns it, and Marc of Acme, who edits. */
export async function sitTogether(server: RunningServer, sit: Sit, plan: NewRoom = {}): Promise<Couple> {
  const room = await server.room(plan);
  const seller = await sitDown(server, sit, room, 'seller', 'Priya Nair', 'owner');
  const buyer = await sitDown(server, sit, room, 'buyer', 'Marc Olsen');
  return { room, seller, buyer };
}

/** agree has both sides say yes to the plan as it is. */
export async function agree(server: RunningServer, { room, seller, buyer }: Couple): Promise<void> {
  for (const { session } of [seller, buyer]) {
    const path = `/api/v1/rooms/${room}/snapshot?stream=shared`;
    const { rev } = await server.api<{ rev: number }>('GET', path, undefined, session);
    await server.submit(room, session, [{ kind: 'plan.accept', rev }]);
  }
}

/** sitDown opens the room through a new link of a side, as somebody who gave a name before. */
export async function sitDown(
  server: RunningServer,
  sit: Sit,
  room: string,
  side: string,
  name: string,
  access = 'editor',
  options: SeatOptions = {},
): Promise<Person> {
  const link = await server.link(room, side, access);
  const token = link.path.split('/').at(-1) ?? '';
  const joined = await server.api<{ session_token: string; me: { id: string } }>('POST', '/api/v1/join', {
    token,
    name,
  });
  const key = `parley:session:${createHash('sha256').update(token).digest('hex').slice(0, 16)}`;
  const seat = await sit(link.path, { ...options, remembers: { [key]: joined.session_token } });
  await connection(seat.page, 'live');
  return { ...seat, id: joined.me.id, session: joined.session_token };
}
