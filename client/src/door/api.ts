import { sentence } from '../sentence';

/** Refusal is why a call was refused, and the field at fault. */
export interface Refusal {
  readonly message: string;
  readonly field?: string | undefined;
}

export type Answer<T> = { readonly ok: true; readonly value: T } | ({ readonly ok: false } & Refusal);

/** ask posts to the API as nobody in particular. */
export async function ask<T = undefined>(path: string, body: object): Promise<Answer<T>> {
  try {
    const response = await fetch(path, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    const value = text === '' ? undefined : (JSON.parse(text) as unknown);
    if (response.ok) return { ok: true, value: value as T };
    if (response.status === 404)
      return { ok: false, message: 'This link no longer works. Ask whoever sent it to you for a new one.' };
    const { detail, field } = (value ?? {}) as { detail?: string; field?: string };
    return { ok: false, message: sentence(detail ?? 'The server did not take it'), field };
  } catch {
    return { ok: false, message: 'The server cannot be reached right now. Try again in a moment.' };
  }
}
