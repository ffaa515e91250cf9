import {
  type Browser,
  type BrowserContextOptions,
  test as base,
  chromium as engine,
  expect,
  type Page,
} from '@playwright/test';
import { chromium } from './paths.ts';
import { Proxy } from './proxy.ts';
import { ORIGIN, RunningServer } from './server.ts';

/** Seat is one person at one browser with a network of its own. */
export interface Seat {
  readonly page: Page;
  readonly proxy: Proxy;
}

interface Fixtures {
  /** sit opens path in a new browser behind a new proxy. */
  sit: (path: string, options?: BrowserContextOptions) => Promise<Seat>;
}

export const test = base.extend<Fixtures, { server: RunningServer }>({
  server: [
    async ({}, use) => {
      const server = await RunningServer.start();
      await use(server);
      await server.stop();
    },
    { scope: 'worker' },
  ],

  sit: async ({ server }, use) => {
    const open: { browser: Browser; proxy: Proxy }[] = [];
    await use(async (path, options = {}) => {
      const proxy = await Proxy.start(server.port);
      const browser = await engine.launch({ executablePath: chromium(), args: flags(proxy.port) });
      open.push({ browser, proxy });
      const context = await browser.newContext({
        baseURL: ORIGIN,
        viewport: { width: 1280, height: 800 },
        ...options,
      });
      const page = await context.newPage();
      page.on('pageerror', (error) => {
        throw error;
      });
      await page.goto(path);
      return { page, proxy };
    });
    for (const { browser, proxy } of open) {
      await browser.close();
      await proxy.stop();
    }
  },
});

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
