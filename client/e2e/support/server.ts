import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Op } from '../../src/replica/types.ts';
import { binary } from './paths.ts';
import { CLIENT, Provider } from './provider.ts';

export const ORIGIN = 'http://parley.test';
const ADMIN_KEY = 'e2e-bootstrap-key-0123456789abcdef';
/** OWNER is who owns the workspace, and signs in by mail. */
export const OWNER = 'priya@northwind.example';
const START_MS = 30_000;

export interface NewRoom {
  readonly name?: string;
  readonly template?: string;
  readonly go_live?: string;
  readonly time_zone?: string;
}

/** Links of the demo room, by who they are for, as tokens. */
export interface DemoLinks {
  readonly seller: string;
  readonly buyer: string;
  readonly watch: string;
}

/** Mail is what the server would have sent. */
export interface Mail {
  readonly To: string;
  readonly Subject: string;
  readonly Text: string;
}

/** RunningServer is the real binary on its embedded PostgreSQL, in a directory of its own. */
export class RunningServer {
  readonly port: number;
  /** provider is where sellers may sign in beside the mailed code. */
  readonly provider: Provider;
  readonly #data = mkdtempSync(join(tmpdir(), 'parley-e2e-'));
  #process: ChildProcess | undefined;
  #output = '';

  readonly #demo: boolean;

  private constructor(port: number, demo: boolean, provider: Provider) {
    this.port = port;
    this.#demo = demo;
    this.provider = provider;
  }

  static async start({ demo = false } = {}): Promise<RunningServer> {
    const server = new RunningServer(await freePort(), demo, await Provider.start());
    await server.up();
    return server;
  }

  /** up starts the process and returns once it is ready. */
  async up(): Promise<void> {
    const child = spawn(binary, [], {
      env: {
        ...process.env,
        PARLEY_ADDR: `127.0.0.1:${this.port}`,
        PARLEY_PUBLIC_URL: ORIGIN,
        PARLEY_DATA: this.#data,
        PARLEY_ADMIN_KEY: ADMIN_KEY,
        PARLEY_OWNER: OWNER,
        PARLEY_SIGNUP: 'open',
        PARLEY_OIDC_ISSUER: this.provider.issuer,
        PARLEY_OIDC_CLIENT_ID: CLIENT.id,
        PARLEY_OIDC_CLIENT_SECRET: CLIENT.secret,
        PARLEY_OIDC_LABEL: 'Northwind ID',
        PARLEY_DEMO: String(this.#demo),
      },
    });
    this.#process = child;
    child.stdout.on('data', (chunk) => (this.#output += chunk));
    child.stderr.on('data', (chunk) => (this.#output += chunk));
    const deadline = performance.now() + START_MS;
    while (performance.now() < deadline) {
      if (child.exitCode !== null) break;
      const ready = await fetch(`http://127.0.0.1:${this.port}/readyz`).catch(() => undefined);
      if (ready?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`the server did not become ready:\n${this.#output}`);
  }

  /** kill ends the process as a crash would. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
    await this.provider.stop();
    rmSync(this.#data, { recursive: true, force: true });
  }

  /** room makes a room and returns its id. */
  async room(room: NewRoom = {}): Promise<string> {
    const made = await this.api<{ id: string }>('POST', '/api/v1/rooms', {
      name: 'Rollout plan',
      buyer_company: 'Acme',
      seller_company: 'Northwind',
      time_zone: 'Europe/Berlin',
      go_live: daysFromToday(42),
      template: 'software-purchase',
      ...room,
    });
    return made.id;
  }

  /** link makes a share link and returns its path, "/join/…" or "/s/…". */
  async link(room: string, side: string, access: string): Promise<{ id: string; path: string }> {
    const made = await this.api<{ id: string; url: string }>('POST', `/api/v1/rooms/${room}/links`, {
      side,
      access,
    });
    return { id: made.id, path: made.url.replace(ORIGIN, '') };
  }

  /** submit changes the plan as the person of a session, without a browser. */
  async submit(room: string, session: string, ops: readonly Op[], stream = 'shared'): Promise<void> {
    const body = { client: randomUUID(), seq: 1, stream, ops };
    await this.api('POST', `/api/v1/rooms/${room}/ops`, body, session);
  }

  /** change changes the plan as the workspace itself. */
  async change(room: string, ops: readonly Op[]): Promise<void> {
    await this.submit(room, ADMIN_KEY, ops);
  }

  /** signIn signs a second browser in, and returns how to ask whether it still is: an HTTP status. */
  async signIn(email: string): Promise<() => Promise<number>> {
    const at = `http://127.0.0.1:${this.port}/api/v1`;
    const headers = {
      'Content-Type': 'application/json',
      'User-Agent': 'Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0',
    };
    const asked = await fetch(`${at}/signin`, { method: 'POST', headers, body: JSON.stringify({ email }) });
    const { ticket } = (await asked.json()) as { ticket: string };
    const body = JSON.stringify({ ticket, code: await this.mailedCode() });
    const done = await fetch(`${at}/signin/verify`, { method: 'POST', headers, body });
    const Cookie = (done.headers.get('Set-Cookie') ?? '').split(';')[0] ?? '';
    return () => fetch(`${at}/account`, { headers: { Cookie } }).then((answer) => answer.status);
  }

  /** mailedCode returns the code of the newest mail that has one, as who sits at the machine sees it. */
  async mailedCode(): Promise<string> {
    const mails = await fetch(`http://127.0.0.1:${this.port}/mail`).then((response) => response.text());
    const code = /(\d{6}) is your code to sign in/.exec(mails)?.[1];
    if (code === undefined) throw new Error('no code was mailed');
    return code;
  }

  /** demoLinks returns the link tokens of the demo room. */
  demoLinks(): DemoLinks {
    const { links } = JSON.parse(readFileSync(join(this.#data, 'demo.json'), 'utf8')) as { links: DemoLinks };
    return links;
  }

  /** mails returns the mails that were sent to an address, oldest first. */
  mails(to: string): Mail[] {
    const kept = join(this.#data, 'mail');
    const names = existsSync(kept) ? readdirSync(kept).filter((name) => name.endsWith('.json')) : [];
    return names
      .sort()
      .map((name) => JSON.parse(readFileSync(join(kept, name), 'utf8')) as { Message: Mail })
      .map(({ Message }) => Message)
      .filter((mail) => mail.To === to);
  }

  /** api calls the HTTP API: with the workspace's key, or as the person of a session. */
  async api<T>(method: string, path: string, body?: unknown, key: string = ADMIN_KEY): Promise<T> {
    const response = await this.ask(method, path, body, key);
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (response.status === 204 ? undefined : await response.json()) as T;
  }

  /** ask calls the HTTP API and returns the answer as it is. */
  ask(method: string, path: string, body: unknown, key: string): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.port}${path}`, {
      method,
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await gone;
  }
}

/** daysFromToday returns a calendar day in UTC, "2026-11-30". */
export function daysFromToday(days: number): string {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + days))
    .toJSON()
    .slice(0, 10);
}

/** freePort finds a port below the range that outgoing connections are given. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const free = await new Promise<boolean>((resolve) => {
      const probe = createServer();
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
    });
    if (free) return port;
  }
}
