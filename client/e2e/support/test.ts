import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  test as base,
  chromium as engine,
  expect,
  type Page,
} from '@playwright/test';
import { chromium } from './paths.ts';
import { TcpProxy } from './proxy.ts';
import { ORIGIN, RunningServer } from './server.ts';

/** Seat is one person at one browser with a network of its own. */
export interface Seat {
  readonly page: Page;
  readonly proxy: TcpProxy;
}

export interface SeatOptions extends BrowserContextOptions {
  /** remembers is what the browser's storage holds before the first page. */
  readonly remembers?: Readonly<Record<string, string>>;
  /** before sees the page before it loads anything. */
  readonly before?: (page: Page) => unknown;
}

/** Sit opens a path as somebody new, at a browser behind a proxy of its own. */
export type Sit = (path: string, options?: SeatOptions) => Promise<Seat>;

/** Desk is a browser and its network. A worker keeps its desks: starting a browser takes longer than a test. */
interface Desk {
  readonly browser: Browser;
  readonly proxy: TcpProxy;
}

interface Fixtures {
  sit: Sit;
}

interface WorkerFixtures {
  server: RunningServer;
  desks: Desk[];
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures a fixture needs from this pattern
    async ({}, use) => {
      const server = await RunningServer.start();
      await use(server);
      await server.stop();
    },
    { scope: 'worker' },
  ],

  desks: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures a fixture needs from this pattern
    async ({}, use) => {
      const desks: Desk[] = [];
      await use(desks);
      for (const { browser, proxy } of desks) {
        await browser.close();
        await proxy.stop();
      }
    },
    { scope: 'worker' },
  ],

  sit: async ({ server, desks }, use) => {
    const seated: BrowserContext[] = [];
    const broken: Error[] = [];
    await use(async (path, { remembers = {}, before, ...options } = {}) => {
      const desk = desks[seated.length] ?? (await furnish(server));
      desks[seated.length] = desk;
      const context = await desk.browser.newContext({
        baseURL: ORIGIN,
        locale: 'en-GB',
        viewport: { width: 1280, height: 800 },
        ...options,
      });
      seated.push(context);
      await context.addInitScript((entries) => {
        if (location.protocol !== 'http:') return; // the browser's own page of an unreachable server
        for (const [key, value] of entries) localStorage.setItem(key, value);
      }, Object.entries(remembers));
      const page = await context.newPage();
      page.on('pageerror', (error) => broken.push(error));
      await before?.(page);
      await page.goto(path);
      return { page, proxy: desk.proxy };
    });
    for (const [i, context] of seated.entries()) {
      await context.close();
      desks[i]?.proxy.reset();
    }
    expect(broken, 'no script of the page failed').toEqual([]);
  },
});

async function furnish(server: RunningServer): Promise<Desk> {
  const proxy = await TcpProxy.start(server.port);
  const browser = await engine.launch({ executablePath: chromium(), args: flags(proxy.port) });
  return { browser, proxy };
}

/** holdBack keeps the page waiting for the files that match until they are released. page.route would also keep everything else out of the browser's cache. */
export async function holdBack(page: Page, urlPattern: string, released: Promise<void>): Promise<void> {
  const wire = await page.context().newCDPSession(page);
  wire.on('Fetch.requestPaused', ({ requestId }) => {
    void released.then(() => wire.send('Fetch.continueRequest', { requestId })).catch(() => undefined); // the page has gone
  });
  await wire.send('Fetch.enable', { patterns: [{ urlPattern }] });
}

/** flags sends the product's origin to one proxy and keeps the browser off the internet. */
function flags(port: number): string[] {
  return [
    `--host-resolver-rules=MAP parley.test:80 127.0.0.1:${port}`,
    `--unsafely-treat-insecure-origin-as-secure=${ORIGIN}`,
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--disable-background-networking',
    '--disable-component-update',
    '--no-first-run',
  ];
}

export { expect };
