import { Channel } from './channel';
import type { Config, ToPage } from './messages';
import { askForToken } from './token';
import type { ParleyEvents, Theme, View } from './types';

const SOURCES = ['room', 'share', 'origin', 'lang'];
const LOOKS = ['view', 'mode', 'theme', 'accent', 'radius', 'density', 'dir', 'height', 'hide'];
const MIN_HEIGHT = 480;
const BADGE_HEIGHT = 64;

/** defineRoom makes the element known; home is the origin that the script came from. */
export function defineRoom(home: string): void {
  if (customElements.get('parley-room') !== undefined) return;

  // Made here, not at import: there is no HTMLElement where there is no page.
  class Room extends HTMLElement {
    static readonly observedAttributes = [...SOURCES, ...LOOKS, 'min-height', 'title'];

    fetchToken: (() => Promise<string>) | null = null;
    // Closed: the page's scripts and styles do not reach into it (Salesforce insists).
    readonly #root = this.attachShadow({ mode: 'closed' });
    #frame: HTMLIFrameElement | null = null;
    #channel: Channel | null = null;
    #content = 0;
    #asked = false;
    #ready = false;

    connectedCallback(): void {
      this.#open();
    }

    disconnectedCallback(): void {
      this.#close();
    }

    attributeChangedCallback(name: string, before: string | null, now: string | null): void {
      if (this.#frame === null || before === now) return;
      if (SOURCES.includes(name)) {
        this.#close();
        return this.#open();
      }
      this.#fit();
      this.#channel?.send({ type: 'config', config: this.#config() });
    }

    setView(view: View): void {
      this.#channel?.send({ type: 'view', view });
    }

    focusMilestone(id: string): void {
      this.#channel?.send({ type: 'focus', id });
    }

    setTheme(theme: Theme): void {
      this.setAttribute('theme', theme);
    }

    refreshToken(): void {
      this.#channel?.send({ type: 'refresh' });
    }

    destroy(): void {
      this.remove();
    }

    #open(): void {
      const origin = this.#origin();
      const room = this.getAttribute('room');
      const share = this.getAttribute('share')?.replace(/\/+$/, '').split('/').pop();
      if (origin === '' || (!room && !share)) return;
      const view = this.getAttribute('view');
      const lang = this.getAttribute('lang');
      const asked = lang ? `?lang=${encodeURIComponent(lang)}` : '';
      const frame = document.createElement('iframe');
      frame.src = share
        ? `${origin}/e/s/${encodeURIComponent(share)}${view === null ? '' : `/${encodeURIComponent(view)}`}`
        : `${origin}/e/${encodeURIComponent(room ?? '')}${asked}`;
      frame.setAttribute(
        'sandbox',
        'allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox',
      );
      frame.referrerPolicy = 'origin';
      frame.allow = 'clipboard-write';
      frame.style.cssText = 'display:block;width:100%;border:0;color-scheme:normal';
      this.#frame = frame;
      this.#fit();
      frame.onload = () => {
        // Another load is another page: it starts over.
        this.#channel?.close();
        this.#channel = new Channel(frame, origin, (message) => this.#hear(message));
        this.#channel.open();
      };
      addEventListener('scroll', this.#look, { passive: true, capture: true });
      addEventListener('resize', this.#look);
      this.#root.replaceChildren(frame);
    }

    #close(): void {
      removeEventListener('scroll', this.#look, { capture: true });
      removeEventListener('resize', this.#look);
      this.#channel?.close();
      this.#channel = null;
      this.#frame?.remove();
      this.#frame = null;
      this.#content = 0;
      this.#ready = false;
    }

    #hear(message: ToPage): void {
      switch (message.type) {
        case 'hello':
          this.#channel?.send({ type: 'config', config: this.#config() });
          this.#tellSeen();
          return;
        case 'token.request':
          return void this.#giveToken();
        case 'event':
          if (message.name === 'resize') {
            this.#content = (message.detail as ParleyEvents['resize']).height;
            this.#fit();
            this.#look();
          }
          if (message.name === 'ready' && this.#ready) {
            // A shared page's tabs are loads of their own.
            return this.#emit('navigate', { ...message.detail, milestone: null });
          }
          if (message.name === 'ready') this.#ready = true;
          this.#emit(message.name, message.detail);
      }
    }

    // A frame asks once at a time; another answer would be another token for nothing.
    async #giveToken(): Promise<void> {
      const channel = this.#channel;
      if (this.#asked || channel === null) return;
      this.#asked = true;
      const url = this.getAttribute('token-url');
      try {
        const token = await (this.fetchToken === null
          ? askForToken(url ?? '', this.getAttribute('room') ?? '')
          : this.fetchToken());
        channel.send({ type: 'token', token });
      } catch (error) {
        channel.send({ type: 'token.failed' });
        this.#emit('error', { code: 'token', message: `There is no token: ${String(error)}` });
      } finally {
        this.#asked = false;
      }
    }

    #config(): Config {
      const get = (name: string): string => this.getAttribute(name) ?? '';
      return {
        view: get('view'),
        mode: get('mode'),
        theme: get('theme'),
        accent: get('accent'),
        radius: get('radius'),
        density: get('density'),
        dir: get('dir'),
        auto: this.#auto(),
        hide: get('hide').split(/[\s,]+/),
      };
    }

    #auto(): boolean {
      return !/^\d/.test(this.getAttribute('height') ?? '');
    }

    // The least height is there from the start: the page around does not jump.
    #fit(): void {
      if (this.#frame === null) return;
      if (this.style.display === '') this.style.display = 'block';
      const badge = this.getAttribute('view') === 'badge';
      const least =
        Number.parseFloat(this.getAttribute('min-height') ?? '') || (badge ? BADGE_HEIGHT : MIN_HEIGHT);
      const height = this.#auto()
        ? Math.max(least, this.#content)
        : Number.parseFloat(this.getAttribute('height') ?? '');
      this.#frame.style.height = `${height}px`;
      this.#frame.title = this.getAttribute('title') ?? 'Shared plan';
      // It is as high as what is in it, so it never scrolls by itself.
      if (this.#auto() && !this.hasAttribute('share')) this.#frame.scrolling = 'no';
    }

    #looking = 0;
    readonly #look = (): void => {
      cancelAnimationFrame(this.#looking);
      this.#looking = requestAnimationFrame(() => this.#tellSeen());
    };

    #tellSeen(): void {
      if (this.#frame === null) return;
      const { top, bottom, height } = this.#frame.getBoundingClientRect();
      const first = Math.min(Math.max(0, -top), height);
      this.#channel?.send({
        type: 'seen',
        top: first,
        height: Math.max(0, Math.min(bottom, innerHeight) - Math.max(0, top)),
      });
    }

    #origin(): string {
      try {
        return new URL(this.getAttribute('origin') ?? home).origin;
      } catch {
        return '';
      }
    }

    #emit(name: string, detail: unknown): void {
      this.dispatchEvent(new CustomEvent(name, { detail }));
    }
  }

  customElements.define('parley-room', Room);
}
