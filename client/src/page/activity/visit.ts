import { openStore } from '../../connection/storage';

const store = openStore('localStorage');

/**
 * Visit knows the newest instant that this browser had seen of a room when the page was opened,
 * null for a first visit, and notes what is seen from now on.
 */
export class Visit {
  readonly before: string | null;
  readonly #key: string;

  constructor(room: string) {
    this.#key = `parley:seen:${room}`;
    this.before = store.get(this.#key);
  }

  /** saw notes the newest instant shown. */
  saw(at: string): void {
    const known = store.get(this.#key);
    if (known === null || at > known) store.set(this.#key, at);
  }
}
