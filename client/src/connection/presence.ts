import type { Presence, PresenceFrame, PresenceState, PresenceUpdateFrame } from '../replica/frames';
import type { PresenceChange } from './types';

/** At most ten presence frames a second leave this page; the last one counts. */
export const PRESENCE_MS = 100;
/** A draft is shown to the others up to this many characters. */
export const DRAFT_MAX = 140;

const ABSENT: PresenceState = { focus: null, editing: false, draft: '', view: '', presenting: false };

/** OwnPresence tells the others where this person is, not too often. */
export class OwnPresence {
  readonly #send: (frame: PresenceUpdateFrame) => void;
  #state = ABSENT;
  #sent = ABSENT;
  #open = false;
  #pause: ReturnType<typeof setTimeout> | undefined;

  constructor(send: (frame: PresenceUpdateFrame) => void) {
    this.#send = send;
  }

  change(change: PresenceChange): void {
    const next = { ...this.#state, ...change };
    this.#state = { ...next, draft: [...next.draft].slice(0, DRAFT_MAX).join('') };
    this.#flush();
  }

  /** opened: a new connection knows nothing yet. */
  opened(): void {
    this.#open = true;
    this.#sent = ABSENT;
    this.#flush();
  }

  closed(): void {
    this.#open = false;
    clearTimeout(this.#pause);
    this.#pause = undefined;
  }

  #flush(): void {
    if (!this.#open || this.#pause !== undefined || sameState(this.#sent, this.#state)) return;
    this.#sent = this.#state;
    this.#send({ t: 'presence', ...this.#state });
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      this.#flush();
    }, PRESENCE_MS);
  }
}

/** Here is who else is in the room. */
export interface Here {
  readonly sessions: readonly Presence[];
  readonly watching: number;
}

/** NOBODY is a room before the first welcome. */
export const NOBODY: Here = { sessions: [], watching: 0 };

/** foldPresence applies what the server said about others; own is this page's session. */
export function foldPresence(here: Here, frame: Omit<PresenceFrame, 't'>, own: string): Here {
  const sessions = new Map(here.sessions.map((presence) => [presence.session, presence]));
  for (const session of frame.leave ?? []) sessions.delete(session);
  for (const presence of frame.join ?? []) sessions.set(presence.session, presence);
  for (const presence of frame.update ?? []) {
    sessions.set(presence.session, { ...sessions.get(presence.session), ...presence });
  }
  sessions.delete(own);
  return { sessions: [...sessions.values()], watching: frame.watching ?? here.watching };
}

function sameState(a: PresenceState, b: PresenceState): boolean {
  return (
    a.editing === b.editing &&
    a.draft === b.draft &&
    a.view === b.view &&
    a.presenting === b.presenting &&
    a.focus?.entity === b.focus?.entity &&
    a.focus?.id === b.focus?.id &&
    a.focus?.field === b.focus?.field
  );
}
