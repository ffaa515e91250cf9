import { sha256 } from '../connection/sha256';
import { openStore } from '../connection/storage';

// The session of a link that was opened is kept where the room's page looks for it: by a hash, so
// that the storage does not name the link. Who only watches keeps it for as long as the tab lives.

const store = openStore(location.pathname.includes('/join/') ? 'localStorage' : 'sessionStorage');

const key = (token: string): string => `parley:session:${sha256(token).slice(0, 16)}`;

/** remembered returns the session that a link opened before, null for none. */
export const remembered = (token: string): string | null => store.get(key(token));

/** remember keeps a link's session. */
export const remember = (token: string, session: string): void => store.set(key(token), session);

/** forget drops a session that opens nothing any more. */
export const forget = (token: string): void => store.delete(key(token));
