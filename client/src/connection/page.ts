// What a page tells about itself. Outside of a page, in a test or a worker, it
// is always visible and never says anything.

type PageEvent = 'online' | 'offline' | 'visibilitychange' | 'pagehide' | 'pageshow';

/** onPage calls fn at every event of the page and returns what ends that. */
export function onPage(event: PageEvent, fn: (event: Event) => void): () => void {
  const target: EventTarget | undefined =
    event === 'visibilitychange' ? globalThis.document : globalThis.window;
  target?.addEventListener(event, fn);
  return () => target?.removeEventListener(event, fn);
}

/** visible reports whether anybody can see the page. */
export function visible(): boolean {
  return globalThis.document?.visibilityState !== 'hidden';
}

/** fromCache reports whether a pageshow brought back a page that had been left, as it was. */
export function fromCache(event: Event): boolean {
  return 'persisted' in event && event.persisted === true;
}

/** mark puts a measuring point into the page's timeline. */
export function mark(name: string): void {
  globalThis.performance?.mark?.(name);
}
