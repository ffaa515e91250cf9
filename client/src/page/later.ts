import { backoffMs } from '../connection/backoff';
import { Gone, Unreached } from './fetched';

/** A server of another version may have been one of several, on its way to this page's version or past it. */
const GONE_MS = 60_000;

/** waiting are the parts that wait for their next attempt. */
const waiting = new Set<() => void>();

/** reconnected has every part that waits try again: the server can be reached. */
export function reconnected(): void {
  for (const go of [...waiting]) go();
}

/**
 * onDemand fetches a part of the page when it is asked for, and once. The part comes as soon as the
 * server can be reached: until then the promise waits, and it is never refused.
 */
export function onDemand<T>(load: () => Promise<T>): () => Promise<T> {
  let part: Promise<T> | undefined;
  return () => (part ??= arrival(load));
}

/** later is onDemand that asks by itself when the first screen is done. */
export function later<T>(load: () => Promise<T>): () => Promise<T> {
  const get = onDemand(load);
  const idle = globalThis.requestIdleCallback ?? ((fn: () => void) => setTimeout(fn, 200));
  idle(() => void get());
  return get;
}

async function arrival<T>(load: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await load();
    } catch (error) {
      if (!(error instanceof Unreached)) return broken(error);
      await pause(error instanceof Gone ? GONE_MS : backoffMs(attempt, Math.random));
    }
  }
}

// broken: the script is here and failed. That is a fault of ours, to be seen as one, and not mended by another try.
function broken<T>(error: unknown): Promise<T> {
  reportError(error);
  return new Promise(() => undefined);
}

// pause ends after ms, or when the server can be reached again.
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      clearTimeout(timer);
      waiting.delete(go);
      resolve();
    };
    const timer = setTimeout(go, ms);
    waiting.add(go);
  });
}
