import { connect, createServer, type Server, type Socket } from 'node:net';

/** What a proxy does with bytes: passes them, holds them back, or refuses connections. */
export type ProxyMode = 'pass' | 'blackhole' | 'refuse';

/** TcpProxy stands between one browser and the server, so a test can break their network. */
export class TcpProxy {
  readonly port: number;
  #mode: ProxyMode = 'pass';
  #delayMs = 0;
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  static async start(target: number): Promise<TcpProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
    const proxy = new TcpProxy(server, address.port);
    server.on('connection', (socket) => proxy.#accept(socket, target));
    return proxy;
  }

  /** cut ends every connection and refuses new ones. */
  cut(): void {
    this.#mode = 'refuse';
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
  }

  /** blackhole keeps connections open and delivers nothing. */
  blackhole(): void {
    this.#mode = 'blackhole';
    for (const pair of this.#pairs) for (const socket of pair) socket.pause();
  }

  /** heal lets everything through again. */
  heal(): void {
    this.#mode = 'pass';
    for (const pair of this.#pairs) for (const socket of pair) socket.resume();
  }

  /** delay holds every chunk back for ms milliseconds, each way. */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  /** reset ends every connection and forgets what was broken. */
  reset(): void {
    this.cut();
    this.#mode = 'pass';
    this.#delayMs = 0;
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(near: Socket, target: number): void {
    if (this.#mode === 'refuse') {
      near.destroy();
      return;
    }
    const far = connect(target, '127.0.0.1');
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    const end = () => {
      near.destroy();
      far.destroy();
      this.#pairs.delete(pair);
    };
    for (const [from, to] of [pair, [far, near] as const]) {
      from.on('data', (chunk) => {
        if (this.#delayMs === 0) to.write(chunk);
        else setTimeout(() => to.write(chunk), this.#delayMs);
      });
      from.on('error', end);
      from.on('close', end);
    }
    if (this.#mode === 'blackhole') for (const socket of pair) socket.pause();
  }
}
