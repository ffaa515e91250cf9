/** While somebody looks, a connection that died is found in PROBE_MS + ANSWER_MS. */
export const PROBE_MS = 5_000;
export const ANSWER_MS = 3_000;

export interface LivenessOptions {
  readonly ping: (n: number) => void;
  /** dead: a ping was not answered in time. */
  readonly dead: () => void;
  readonly visible: () => boolean;
}

/**
 * Liveness pings an open connection: often while the page is visible, at the
 * server's heartbeat otherwise. Browsers show neither WebSocket pings nor a TCP
 * connection whose other end is gone.
 */
export class Liveness {
  readonly #options: LivenessOptions;
  #heartbeatMs = 0;
  #n = 0;
  /** waiting is the ping that has no answer yet, 0 for none. */
  #waiting = 0;
  #next: ReturnType<typeof setTimeout> | undefined;
  #deadline: ReturnType<typeof setTimeout> | undefined;
  #failed: (() => void) | null = null;

  constructor(options: LivenessOptions) {
    this.#options = options;
  }

  start(heartbeatMs: number): void {
    this.stop();
    this.#heartbeatMs = Math.max(1000, heartbeatMs);
    this.reschedule();
  }

  stop(): void {
    clearTimeout(this.#next);
    clearTimeout(this.#deadline);
    this.#heartbeatMs = 0;
    this.#waiting = 0;
    this.#failed = null;
  }

  /** probe pings at once; failed is called before dead when there is no answer. */
  probe(failed?: () => void): void {
    if (this.#heartbeatMs === 0) return;
    if (failed !== undefined) this.#failed = failed;
    if (this.#waiting === 0) this.#ping();
  }

  /** heard notes that a frame came in; only the answer to a ping proves that both ways work. */
  heard(pong: number | null): void {
    if (pong === null || pong < this.#waiting || this.#waiting === 0) return;
    this.#waiting = 0;
    this.#failed = null;
    clearTimeout(this.#deadline);
    this.reschedule();
  }

  /** reschedule follows a change of visibility. */
  reschedule(): void {
    if (this.#heartbeatMs === 0 || this.#waiting !== 0) return;
    clearTimeout(this.#next);
    const wait = this.#options.visible() ? Math.min(PROBE_MS, this.#heartbeatMs) : this.#heartbeatMs;
    this.#next = setTimeout(() => this.#ping(), wait);
  }

  #ping(): void {
    clearTimeout(this.#next);
    this.#n++;
    this.#waiting = this.#n;
    this.#options.ping(this.#n);
    this.#deadline = setTimeout(() => {
      const failed = this.#failed;
      this.stop();
      failed?.();
      this.#options.dead();
    }, ANSWER_MS);
  }
}
