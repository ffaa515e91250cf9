import { uuid } from '../connection/uuid';
import { type Answer, call, send } from './call';

const tokens = new Map<string, string>();

/**
 * inRoom calls the API as the participant that the visitor is in a room, entering it first: what is
 * done in a room is done by a person of it, and its activity says who.
 */
export async function inRoom<T>(
  room: string,
  path: string,
  method = 'GET',
  body?: unknown,
): Promise<Answer<T>> {
  let token = tokens.get(room);
  if (token === undefined) {
    const entered = await send<{ session_token: string }>('POST', `/rooms/${room}/enter`, {});
    if (!entered.ok) return entered;
    token = entered.value.session_token;
    tokens.set(room, token);
  }
  const answer = await call<T>(path, {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok && answer.status === 404) tokens.delete(room); // the session may be over
  return answer;
}

/** update changes fields of the room's own record, as one op. */
export function update(room: string, set: Readonly<Record<string, unknown>>): Promise<Answer<unknown>> {
  const op = { client: uuid(), seq: 1, stream: 'shared', op: { kind: 'room.update', set } };
  return inRoom(room, `/rooms/${room}/ops`, 'POST', op);
}
