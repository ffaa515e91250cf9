import type { ConnState, StopReason } from './types';

/** A loss shorter than this never shows; a longer one shows within a second. */
export const FLAP_MS = 500;
/** Without a connection for this long, the page is offline. */
export const OFFLINE_MS = 8_000;

/** Standing turns what happens to the connection into what a person is told. */
export class Standing {
  readonly #changed: (state: ConnState, why?: StopReason) => void;
  #state: ConnState = 'reconnecting';
  #flap: ReturnType<typeof setTimeout> | undefined;
  #long: ReturnType<typeof setTimeout> | undefined;
  #isLost = false;

  constructor(changed: (state: ConnState, why?: StopReason) => void) {
    this.#changed = changed;
  }

  get state(): ConnState {
    return this.#state;
  }

  live(): void {
    this.end();
    this.#set('live');
  }

  /** lost: there is no connection, or no longer one. Times run from the first call on. */
  lost(): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#flap = setTimeout(() => {
      if (this.#state === 'live') this.#set('reconnecting');
    }, FLAP_MS);
    this.#long = setTimeout(() => this.offline(), OFFLINE_MS);
  }

  /** offline: the network says so and a ping had no answer, or it has lasted. */
  offline(): void {
    clearTimeout(this.#flap);
    clearTimeout(this.#long);
    this.#isLost = true;
    this.#set('offline');
  }

  stopped(why: StopReason): void {
    this.end();
    this.#state = 'stopped';
    this.#changed('stopped', why);
  }

  end(): void {
    clearTimeout(this.#flap);
    clearTimeout(this.#long);
    this.#isLost = false;
  }

  #set(state: ConnState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#changed(state);
  }
}
