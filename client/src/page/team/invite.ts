import { uuid } from '../../connection/uuid';
import type { Access, Op } from '../../replica/types';
import type { CompanySide } from '../../replica/view-types';
import type { Room } from '../room.svelte';
import { problemOf } from '../share/links';

/** Invitation is somebody to be asked into the room. */
export interface Invitation {
  readonly name: string;
  readonly email: string;
  readonly role: string;
  readonly side: CompanySide;
  readonly access: Access;
  /** slot is the role that they will fill, null for none. */
  readonly slot: string | null;
}

/** Made is an invitation's own link, or why there is none. */
export type Made = { readonly url: string } | { readonly problem: string };

/** invite adds somebody and makes the link that is theirs alone. */
export async function invite(
  room: Room,
  { name, email, role, side, access, slot }: Invitation,
): Promise<Made> {
  const id = uuid();
  const set = { name, side, access, company: room.company(side), ...(role === '' ? {} : { role }) };
  const ops: Op[] = [
    { kind: 'participant.add', id, set },
    { kind: 'participant.invite', id },
  ];
  if (slot !== null) ops.push({ kind: 'role_slot.update', id: slot, set: { filled_by: id } });
  room.propose('shared', ops);
  // What the selling company knows of people is its own.
  if (email !== '' && room.mySide === 'seller')
    room.propose('seller', { kind: 'participant.update', id, set: { email } });
  if (!(await confirmed(room, id))) return { problem: 'The server did not take it.' };
  return personalLink(room, id, side, access);
}

/** personalLink makes a link that opens the room as one person. */
export async function personalLink(
  room: Room,
  participant: string,
  side: CompanySide,
  access: Access,
): Promise<Made> {
  const response = await room.client
    .api(`/rooms/${room.view.room?.id ?? ''}/links`, {
      method: 'POST',
      body: JSON.stringify({ side, access, participant }),
    })
    .catch(() => new Response(null, { status: 503 }));
  if (!response.ok) return { problem: await problemOf(response) };
  return { url: ((await response.json()) as { url: string }).url };
}

// confirmed waits until the server has the person, or has refused.
function confirmed(room: Room, id: string): Promise<boolean> {
  return new Promise((resolve) => {
    const look = (): void => {
      const { pendingFields, view } = room.client.snapshot();
      if ([...pendingFields].some((key) => key.startsWith(`participant/${id}/`))) return;
      end();
      resolve(view.people.has(id));
    };
    const end = room.client.subscribe(look);
    look();
  });
}
