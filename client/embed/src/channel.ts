import { INIT, type ToFrame, type ToPage, VERSION, type Versioned } from './messages';

// The frame's script may start after its load event: until it answers, it is told again.
const AGAIN_MS = 200;
const TRIES = 100;

/** Channel is the port to one load of a frame. */
export class Channel {
  readonly #frame: HTMLIFrameElement;
  readonly #origin: string;
  readonly #heard: (message: ToPage) => void;
  #ports: MessagePort[] = [];
  #port: MessagePort | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(frame: HTMLIFrameElement, origin: string, heard: (message: ToPage) => void) {
    this.#frame = frame;
    this.#origin = origin;
    this.#heard = heard;
  }

  /** open offers the frame ports until it takes one. */
  open(tries = TRIES): void {
    if (this.#port !== null || tries === 0) return;
    const { port1, port2 } = new MessageChannel();
    this.#ports.push(port1);
    port1.onmessage = ({ data }: MessageEvent) => this.#receive(port1, data);
    // To that origin and no other: whatever else is in the frame gets nothing.
    this.#frame.contentWindow?.postMessage({ type: INIT, v: VERSION }, this.#origin, [port2]);
    this.#timer = setTimeout(() => this.open(tries - 1), AGAIN_MS);
  }

  send(message: ToFrame): void {
    const versioned: Versioned<ToFrame> = { ...message, v: VERSION };
    this.#port?.postMessage(versioned);
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const port of this.#ports) port.close();
    this.#ports = [];
    this.#port = null;
  }

  #receive(port: MessagePort, data: unknown): void {
    const message = data as Versioned<ToPage> | null;
    if (typeof message !== 'object' || message === null || message.v !== VERSION) return;
    if (this.#port === null && message.type === 'hello') {
      clearTimeout(this.#timer);
      this.#port = port;
    }
    if (port === this.#port) this.#heard(message);
  }
}
