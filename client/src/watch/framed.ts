import type { Config, ToFrame } from '../../embed/src/messages';
import type { ParleyEvents } from '../../embed/src/types';
import { tellHeight } from '../embed/height';
import { wear } from '../embed/look';
import { meet, type Port } from '../embed/port';
import type { State } from './standing';

const STATES: Readonly<Record<State, string>> = {
  live: 'live',
  reconnecting: 'reconnecting',
  paused: 'offline',
};

/**
 * Framed is the page on a site that loads the script for portals: it tells the site
 * how high it is and what becomes of the plan, and takes its looks from there. In a
 * plain frame nobody brings a port, and the page is as it is.
 */
export class Framed {
  readonly #root: HTMLElement;
  #port: Port | null = null;
  #view: string | null = null;
  #state = '';
  #progress = '';

  constructor(root: HTMLElement) {
    this.#root = root;
    const { origins } = root.dataset;
    if (origins === undefined || window.parent === window) return;
    const strange = (): void => {
      root.textContent = "This page isn't allowed to show this plan.";
    };
    void meet(origins.split(' '), strange).then((port) => this.#start(port));
  }

  /** follows says how the page stands with the server. */
  follows(state: State): void {
    this.#state = STATES[state];
    this.#port?.emit('connection.changed', { state: this.#state });
  }

  /** drawn says that the page shows something else. */
  drawn(): void {
    const { done, total, slip, goLive } = this.#root.dataset;
    if (done === undefined) return;
    const progress: ParleyEvents['plan.progress'] = {
      done: Number(done),
      total: Number(total),
      slipDays: slip === undefined ? null : Number(slip),
      goLive: goLive ?? null,
    };
    const text = JSON.stringify(progress);
    if (this.#port === null || text === this.#progress) return;
    this.#progress = text;
    this.#port.emit('plan.progress', progress);
  }

  /** ended says that the plan was taken back. */
  ended(): void {
    this.#port?.emit('connection.changed', { state: 'stopped' });
    this.#port?.emit('error', { code: 'gone', message: 'The plan cannot be shown any more.' });
  }

  #start(port: Port): void {
    this.#port = port;
    port.hear((message) => this.#hear(message));
    tellHeight(document.body, port);
  }

  #hear(message: ToFrame): void {
    switch (message.type) {
      case 'config':
        return this.#configure(message.config);
      case 'view':
        return this.#go(message.view);
      case 'focus':
        return document
          .querySelector(`[data-key="${CSS.escape(message.id)}"]`)
          ?.scrollIntoView({ block: 'center' });
    }
  }

  #configure(config: Config): void {
    if (this.#port === null) return;
    wear(config, this.#port);
    const first = this.#view === null;
    const before = this.#view;
    this.#view = config.view;
    // The first is that of the frame's address, from where a reader may have gone on.
    if (!first && before !== config.view) return this.#go(config.view);
    if (!first) return;
    this.#port.emit('ready', { view: this.#root.dataset.view ?? '' });
    if (this.#state !== '') this.#port.emit('connection.changed', { state: this.#state });
    this.drawn();
  }

  #go(view: string): void {
    if (/^[a-z]+$/.test(view)) location.replace(new URL(view, document.baseURI));
  }
}
