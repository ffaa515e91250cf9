/** State is how the page stands with the server. */
export type State = 'live' | 'reconnecting' | 'paused';

/** Standing says at the top of the page how far what it shows is up to date. */
export class Standing {
  #state: State = 'reconnecting';
  #liveUntil = 0;

  show(state: State): void {
    if (this.#state === 'live') this.#liveUntil = Date.now();
    this.#state = state;
    this.again();
  }

  /** again writes it into a page that was drawn anew. */
  again(): void {
    const line = document.getElementById('state');
    const said = line?.querySelector('.said');
    if (!line || !said) return;
    line.dataset.conn = this.#state;
    if (this.#state === 'live') said.textContent = 'Live';
    // While it was live it was true up to the moment it was not.
    else if (this.#liveUntil > 0)
      said.textContent = `${this.#state === 'paused' ? 'Updates paused. ' : ''}Plan as of ${clock(this.#liveUntil)}`;
  }
}

function clock(ms: number): string {
  return new Intl.DateTimeFormat(document.documentElement.lang, {
    hour: '2-digit',
    minute: '2-digit',
  }).format(ms);
}
