import { type Answer, caller } from '../page/new/api';

export { type Answer, NOT_MODIFIED } from '../page/new/api';

/** call asks the API as whoever is signed in; the cookie says who. */
export const call = caller('');

/** send asks with a body. */
export function send<T>(
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<Answer<T>> {
  return call<T>(path, {
    method,
    headers: { 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}
