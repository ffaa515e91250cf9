// One client name belongs to one tab: the server counts its ops. A duplicated
// tab starts with a copy of the storage, and must not go on under that name.

const TRIES = 8;
const TRY_MS = 50;
const ANSWER_MS = 100;

/** Claim holds a client name until release. */
export interface Claim {
  readonly release: () => void;
}

/**
 * claim takes a client name for this page, or returns null when another page
 * has it. A page that is being left gives its names back a little after the
 * next one has started, so the attempt is made for a moment.
 */
export async function claim(client: string): Promise<Claim | null> {
  const locks = globalThis.navigator?.locks;
  if (locks === undefined) return claimByAsking(client);
  for (let attempt = 0; attempt < TRIES; attempt++) {
    if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, TRY_MS));
    const held = await lock(locks, `parley:${client}`);
    if (held !== null) return held;
  }
  return null;
}

/** hold takes a name that was made just now: nobody else can have it. */
export async function hold(client: string): Promise<Claim> {
  const locks = globalThis.navigator?.locks;
  const held = locks === undefined ? null : await lock(locks, `parley:${client}`);
  return held ?? answering(client);
}

function lock(locks: LockManager, name: string): Promise<Claim | null> {
  return new Promise((resolve) => {
    locks
      .request(name, { ifAvailable: true }, (granted) => {
        if (granted === null) return resolve(null);
        // The lock lasts as long as the promise returned here.
        return new Promise<void>((release) => resolve({ release }));
      })
      .catch(() => resolve({ release: () => {} })); // no locks in this frame: nobody else has one either
  });
}

// Pages without locks, those on plain http, ask each other.
async function claimByAsking(client: string): Promise<Claim | null> {
  if (globalThis.BroadcastChannel === undefined) return answering(client);
  const channel = new BroadcastChannel(`parley:${client}`);
  const taken = await new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(false), ANSWER_MS);
    channel.onmessage = ({ data }) => {
      if (data !== 'mine') return;
      clearTimeout(timer);
      resolve(true);
    };
    channel.postMessage('whose');
  });
  channel.close();
  return taken ? null : answering(client);
}

// answering tells every page that asks that the name is taken.
function answering(client: string): Claim {
  if (globalThis.BroadcastChannel === undefined) return { release: () => {} };
  const channel = new BroadcastChannel(`parley:${client}`);
  channel.onmessage = ({ data }) => {
    if (data === 'whose') channel.postMessage('mine');
  };
  return { release: () => channel.close() };
}
