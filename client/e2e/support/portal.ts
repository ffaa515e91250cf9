import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ORIGIN, type RunningServer } from './server.ts';

const ROOT = new URL('../../../', import.meta.url).pathname;

interface Key {
  readonly id: string;
  readonly secret?: string;
  readonly private_key?: string;
}

/** Site is a page on an origin of its own, with a back end that vouches for Dana. */
export class Site {
  readonly origin: string;
  readonly #server: Server;
  /** page is the HTML it answers at /. */
  page = '';
  /** token makes the token that /token answers. */
  token: () => string = () => '';
  asked = 0;

  private constructor(server: Server, host: string) {
    this.#server = server;
    this.origin = `http://${host}:${(server.address() as AddressInfo).port}`;
    server.on('request', (request, response) => {
      if (request.url?.startsWith('/token')) {
        this.asked++;
        return response.end(this.token());
      }
      response.setHeader('Content-Type', 'text/html; charset=utf-8');
      response.end(
        `<!doctype html><meta charset="utf-8"><title>Portal</title><body style="margin:0">${this.page}`,
      );
    });
  }

  static async start(host: string): Promise<Site> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Site(server, host);
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** Portal is one that the server knows, with keys. */
export interface Portal {
  readonly id: string;
  readonly secret: Key;
  readonly pair: Key;
}

/** makePortal tells the server about a portal that shows rooms at some origins. */
export async function makePortal(server: RunningServer, origins: readonly string[]): Promise<Portal> {
  const { id } = await server.api<{ id: string }>('POST', '/api/v1/portals', {
    name: "Acme's portal",
    origins,
  });
  const secret = await server.api<Key>('POST', `/api/v1/portals/${id}/keys`, { kind: 'HS256' });
  const pair = await server.api<Key>('POST', `/api/v1/portals/${id}/keys`, { kind: 'EdDSA' });
  return { id, secret, pair };
}

/** tokenOf signs a token for Dana; change puts other claims in place of the good ones. */
export function tokenOf(portal: Portal, room: string, change: Record<string, unknown> = {}): string {
  const now = Math.floor(Date.now() / 1000);
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = {
    iss: portal.id,
    aud: ORIGIN,
    sub: 'u-17',
    name: 'Dana Kim',
    email: 'dana@acme.example',
    side: 'buyer',
    access: 'editor',
    room,
    iat: now,
    exp: now + 120,
    jti: randomUUID(),
    ...change,
  };
  const text = `${encode({ alg: 'HS256', typ: 'JWT', kid: portal.secret.id })}.${encode(claims)}`;
  const key = Buffer.from(portal.secret.secret ?? '', 'base64url');
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
}

/** ExamplePortal is examples/portal as its readers run it. */
export class ExamplePortal {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly url: string;

  private constructor(child: ChildProcess, folder: string, url: string) {
    this.#child = child;
    this.#folder = folder;
    this.url = url;
  }

  static async start(portal: Portal, room: string, port: number): Promise<ExamplePortal> {
    const folder = mkdtempSync(join(tmpdir(), 'parley-portal-'));
    writeFileSync(join(folder, 'key.pem'), portal.pair.private_key ?? '');
    execFileSync('go', ['build', '-o', join(folder, 'portal'), './examples/portal'], { cwd: ROOT });
    const child = spawn(join(folder, 'portal'), [], {
      env: {
        ...process.env,
        PORTAL_ADDR: `127.0.0.1:${port}`,
        PARLEY_URL: ORIGIN,
        PARLEY_ROOM: room,
        PARLEY_PORTAL: portal.id,
        PARLEY_KEY_ID: portal.pair.id,
        PARLEY_KEY_FILE: join(folder, 'key.pem'),
      },
    });
    await new Promise<void>((resolve, reject) => {
      child.stdout.once('data', () => resolve());
      child.once('exit', () => reject(new Error('the example portal ended')));
    });
    return new ExamplePortal(child, folder, `http://localhost:${port}/`);
  }

  stop(): void {
    this.#child.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
