import type { RoomClient } from '../connection/room-client';
import { sentence } from '../sentence';
import { problemOf } from './share/links';

/** Answer is what a call gave, or the one sentence that says why not. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string };

/** ask calls /api/v1 + path as this page's session. */
export async function ask<T>(client: RoomClient, path: string, init?: RequestInit): Promise<Answer<T>> {
  const response = await client.api(path, init).catch(() => new Response(null, { status: 503 }));
  if (!response.ok) return { ok: false, message: sentence(await problemOf(response)) };
  return { ok: true, value: (response.status === 204 ? undefined : await response.json()) as T };
}

/** asJson is a call that sends a body. */
export function asJson(method: string, body: unknown): RequestInit {
  return { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}
