/** Unreached is why a part of the page is not here yet: its files could not be had. */
export class Unreached extends Error {}

/** Gone: the server has another version, and the files of this page no longer. */
export class Gone extends Unreached {}

/** A file that has not come by then is asked for again. */
const PATIENCE_MS = 20_000;

/** preloaded are the files of the first screen, which the page names itself: they are on their way. */
const preloaded = new Set(
  [...(globalThis.document?.querySelectorAll<HTMLLinkElement>('link[rel=modulepreload]') ?? [])]
    .filter((link) => matchMedia(link.media || 'all').matches)
    .map((link) => link.href),
);

/** coming are the files that were asked for, by address; a failed one is forgotten. */
const coming = new Map<string, Promise<void>>();

/**
 * fetched imports a part of the page once the files that it is made of are here. The build puts it around
 * every import() and names the files (vite.config.ts).
 *
 * Until 2026 a browser remembered a failed import for as long as the page lived. So the files come into
 * its cache first, where a failure is forgotten, and the import finds them there.
 */
export async function fetched<T>(
  load: () => Promise<T>,
  files: readonly string[],
  importer: string,
): Promise<T> {
  const addresses = files.map((file) => new URL(file, importer).href);
  const asked = addresses.filter((address) => !preloaded.has(address));
  await Promise.all(asked.map(bring));
  try {
    return await load();
  } catch (error) {
    if (asked.length > 0 && asked.length === files.length) throw error;
    // What the page was to preload did not come: next time it is asked for like the rest.
    for (const address of addresses) preloaded.delete(address);
    throw new Unreached(String(error), { cause: error });
  }
}

function bring(address: string): Promise<void> {
  let file = coming.get(address);
  if (file === undefined) {
    file = get(address);
    coming.set(address, file);
    file.catch(() => coming.delete(address));
  }
  return file;
}

async function get(address: string): Promise<void> {
  let answer: Response;
  try {
    answer = await fetch(address, { signal: AbortSignal.timeout(PATIENCE_MS) });
    await answer.arrayBuffer();
  } catch (error) {
    throw new Unreached(address, { cause: error });
  }
  if (answer.status === 404) throw new Gone(address);
  if (!answer.ok) throw new Unreached(`${address}: ${answer.status}`);
}
