/**
 * later fetches a part of the page when the first screen is done, and once; who needs it earlier
 * gets it at once. A failed attempt is forgotten, so that the next one tries again.
 */
export function later<T>(load: () => Promise<T>): () => Promise<T> {
  let part: Promise<T> | undefined;
  const get = (): Promise<T> => {
    part ??= load().catch((error: unknown) => {
      part = undefined;
      throw error;
    });
    return part;
  };
  const idle = globalThis.requestIdleCallback ?? ((fn: () => void) => setTimeout(fn, 200));
  // A failure here is not the person's: they have not asked for it yet.
  idle(() => void get().catch(() => undefined));
  return get;
}
