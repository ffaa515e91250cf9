// The way of a member into a room of their workspace. A GET changes nothing, so the
// page asks by a POST for a session of the room and then loads what it was asked for.

import { sessionKeyOf } from './connection/session';
import { openStore } from './connection/storage';

/** AGAIN_MS is how soon a page that comes back says that no cookie was kept. */
const AGAIN_MS = 3_000;

const text = document.getElementById('app');
if (text === null) throw new Error('the page has no #app');

function say(sentence: string): void {
  if (text === null) return;
  text.textContent = sentence;
  text.setAttribute('role', 'alert');
}

/** justTried notes a try, and says whether there was one a moment ago. */
function justTried(room: string): boolean {
  try {
    const key = `parley-entering-${room}`;
    const before = Number(sessionStorage.getItem(key));
    sessionStorage.setItem(key, String(Date.now()));
    return Date.now() - before < AGAIN_MS;
  } catch {
    return false; // without storage there is no counting
  }
}

async function enter(): Promise<void> {
  const room = location.pathname.split('/')[2] ?? '';
  if (!navigator.cookieEnabled || justTried(room)) {
    say(
      'Your browser keeps no cookies of this site, and without one the room does not open. Allow them, then load the page again.',
    );
    return;
  }
  const answer = await fetch(`/api/v1/rooms/${encodeURIComponent(room)}/enter`, { method: 'POST' });
  if (answer.ok) {
    // The cookie is of the newest room alone: each room's page keeps its own session.
    const { session_token } = (await answer.json()) as { session_token: string };
    openStore('localStorage').set(sessionKeyOf(room), session_token);
    location.reload();
    return;
  }
  const problem = (await answer.json()) as { detail?: string };
  say(`The room does not open: ${problem.detail ?? 'try again in a moment'}.`);
}

enter().catch(() => say('The server cannot be reached. Load the page again in a moment.'));
