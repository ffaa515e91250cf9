import { instant, instantMs } from '../replica/dates';

/** Clock tells the server's time, as well as this page can know it. */
export class Clock {
  readonly #local: () => number;
  /** aheadMs is how far the server's clock is ahead of this one's. */
  #aheadMs = 0;

  constructor(local: () => number) {
    this.#local = local;
  }

  /** set takes the time that the server has just told. */
  set(server: string): void {
    const ms = instantMs(server);
    if (ms !== null) this.#aheadMs = ms - this.#local();
  }

  /** ms is milliseconds since 1970. */
  ms(): number {
    return this.#local() + this.#aheadMs;
  }

  /** now is the time as the wire writes it. */
  now(): string {
    return instant(this.ms());
  }
}
