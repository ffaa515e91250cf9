import { afterEach, beforeEach, vi } from 'vitest';
import { predict } from '../../replica/predict';
import type { Commit } from '../../replica/types';
import { RoomClient } from '../room-client';
import type { Boot, RoomClientOptions } from '../types';
import { answer, bootAt, FakeLocks, FakePage, FakeSocket, FakeStorage, welcomeAt } from './fakes';

/** FakeBrowser is what a page's client finds around it. */
export class FakeBrowser {
  session = new FakeStorage();
  local = new FakeStorage();
  locks = new FakeLocks();
  page = new FakePage();
  readonly http = vi.fn<typeof fetch>();
  readonly #clients: RoomClient[] = [];

  begin(): void {
    FakeSocket.all = [];
    this.session = new FakeStorage();
    this.local = new FakeStorage();
    this.locks = new FakeLocks();
    this.http.mockReset();
    this.http.mockImplementation(async () => answer(404, {}));
    vi.stubGlobal('sessionStorage', this.session);
    vi.stubGlobal('localStorage', this.local);
    vi.stubGlobal('navigator', { locks: this.locks });
    this.show(new FakePage());
  }

  end(): void {
    for (const client of this.#clients.splice(0)) client.stop();
  }

  /** show makes page the one that clients made from now on are in. */
  show(page: FakePage): void {
    this.page = page;
    vi.stubGlobal('window', page);
    vi.stubGlobal('document', page);
  }

  /** open loads a page and starts its client. */
  async open(
    boot: Boot = bootAt(5),
    token: string | null = null,
    more: Partial<RoomClientOptions> = {},
  ): Promise<RoomClient> {
    const client = new RoomClient({
      boot,
      token,
      predict: async () => predict,
      fetch: this.http,
      WebSocket: FakeSocket as unknown as typeof WebSocket,
      ...more,
    });
    this.#clients.push(client);
    client.start();
    await wait(0);
    return client;
  }

  /** live loads a page and answers its first connection. */
  async live(rev = 5): Promise<RoomClient> {
    const client = await this.open(bootAt(rev));
    FakeSocket.last.accept(welcomeAt(rev));
    return client;
  }
}

/** fakeBrowser gives every test of a file a browser and a clock of its own. */
export function fakeBrowser(): FakeBrowser {
  const browser = new FakeBrowser();
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.UTC(2026, 9, 22, 10) });
    browser.begin();
  });
  afterEach(() => {
    browser.end();
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });
  return browser;
}

export async function wait(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

/** setTitle edits the milestone that every plan of these tests has. */
export function setTitle(client: RoomClient, title: string): void {
  client.propose('shared', { kind: 'milestone.update', id: 'm1', set: { title } });
}

export function titleOf(client: RoomClient): string | undefined {
  return client.snapshot().view.milestones.get('m1')?.title;
}

/** commit is Marc's, of another title. */
export function commit(rev: number, title: string, more: Partial<Commit> = {}): Commit {
  return {
    rev,
    by: 'marc',
    at: '2026-10-22T10:00:01.000000Z',
    kind: 'milestone.update',
    changes: [{ entity: 'milestone', id: 'm1', set: { title }, was: { title: 'Legal review' } }],
    ...more,
  };
}

export function commits(...list: Commit[]) {
  const [from, to] = [list[0]?.rev ?? 0, list.at(-1)?.rev ?? 0];
  return { t: 'commits', stream: 'shared', epoch: 'e1', from, to, commits: list } as const;
}
