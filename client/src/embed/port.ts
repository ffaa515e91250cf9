import { INIT, type ToFrame, type ToPage, VERSION, type Versioned } from '../../embed/src/messages';
import type { ParleyEvents } from '../../embed/src/types';
import { allows } from './origins';

/** Port is the way to the page around the frame. */
export class Port {
  readonly #port: MessagePort;
  /** parent is the origin of the page, as the browser says it. */
  readonly parent: string;
  readonly #listeners = new Set<(message: ToFrame) => void>();

  constructor(port: MessagePort, parent: string) {
    this.#port = port;
    this.parent = parent;
    port.onmessage = ({ data }: MessageEvent) => {
      const message = data as Versioned<ToFrame> | null;
      if (typeof message !== 'object' || message === null || message.v !== VERSION) return;
      for (const fn of this.#listeners) fn(message);
    };
    this.send({ type: 'hello' });
  }

  send(message: ToPage): void {
    const versioned: Versioned<ToPage> = { ...message, v: VERSION };
    this.#port.postMessage(versioned);
  }

  emit<K extends keyof ParleyEvents>(name: K, detail: ParleyEvents[K]): void {
    this.send({ type: 'event', name, detail });
  }

  /** hear calls fn for every message. */
  hear(fn: (message: ToFrame) => void): void {
    this.#listeners.add(fn);
  }
}

/**
 * meet waits for the page around to bring a port. Only the parent itself is heard,
 * and only from an origin that may show the room; the first port is the one.
 * strange is called when a page of another origin tries.
 */
export function meet(origins: readonly string[], strange: () => void): Promise<Port> {
  return new Promise((resolve) => {
    const listen = ({ data, source, origin, ports }: MessageEvent): void => {
      const [port] = ports;
      if (source !== window.parent || data?.type !== INIT || data.v !== VERSION || port === undefined) return;
      if (!allows(origins, origin)) return strange();
      removeEventListener('message', listen);
      resolve(new Port(port, origin));
    };
    addEventListener('message', listen);
  });
}
