import type { Replica } from '../replica/model';
import { type Commit, STREAMS, type Stream } from '../replica/types';
import type { ActivityItem } from './types';

/** What the page keeps of the live activity; older goes further back. */
export const ACTIVITY_MAX = 200;
/** How many older commits of each stream one request fetches. */
export const ACTIVITY_PAGE = 50;

/** FetchPage reads commits of a stream after a rev, oldest first; [] when that did not work. */
export type FetchPage = (stream: Stream, after: number, limit: number) => Promise<readonly Commit[]>;

/** Activity is the merged log of the readable streams, newest first. */
export class Activity {
  readonly #fetch: FetchPage;
  #items: readonly ActivityItem[] = [];
  /** most grows when older items were asked for. */
  #most = ACTIVITY_MAX;
  #ended = false;

  constructor(items: readonly ActivityItem[], fetch: FetchPage) {
    this.#fetch = fetch;
    this.#merge(items);
  }

  /** items are newest first; the same list until something came in. */
  get items(): readonly ActivityItem[] {
    return this.#items;
  }

  /** more reports whether there may be older ones. */
  more(replica: Replica): boolean {
    return !this.#ended && STREAMS.some((stream) => this.#olderAfter(replica, stream) !== null);
  }

  /** add takes a commit that just arrived. */
  add(stream: Stream, commit: Commit): void {
    this.#merge([{ stream, ...commit }]);
  }

  /** older fetches the page before what is here, of every stream. */
  async older(replica: Replica): Promise<void> {
    let found = 0;
    for (const stream of STREAMS) {
      const after = this.#olderAfter(replica, stream);
      if (after === null) continue;
      const commits = await this.#fetch(stream, after, ACTIVITY_PAGE);
      found += commits.length;
      this.#most += commits.length;
      this.#merge(commits.map((commit) => ({ stream, ...commit })));
    }
    this.#ended = found === 0;
  }

  /** skipped fetches the newest of the commits that a snapshot left out. */
  async skipped(stream: Stream, from: number, to: number): Promise<void> {
    const after = Math.max(from, to - ACTIVITY_PAGE);
    const commits = await this.#fetch(stream, after, to - after);
    this.#merge(commits.map((commit) => ({ stream, ...commit })));
  }

  // Those that are here already stay as they are.
  #merge(items: readonly ActivityItem[]): void {
    const known = new Set(this.#items.map(keyOf));
    const fresh = items.filter((item) => !known.has(keyOf(item)));
    if (fresh.length === 0) return;
    this.#items = [...this.#items, ...fresh].sort(newestFirst).slice(0, this.#most);
  }

  // The rev after which the page before a stream's oldest item begins; null
  // when its first commit is here.
  #olderAfter(replica: Replica, stream: Stream): number | null {
    const head = replica.streams[stream]?.rev ?? 0;
    const revs = this.#items.filter((item) => item.stream === stream).map((item) => item.rev);
    const oldest = Math.min(head + 1, ...revs);
    return oldest <= 1 ? null : Math.max(0, oldest - 1 - ACTIVITY_PAGE);
  }
}

function keyOf(item: ActivityItem): string {
  return `${item.stream} ${item.rev}`;
}

function newestFirst(a: ActivityItem, b: ActivityItem): number {
  if (a.at !== b.at) return a.at < b.at ? 1 : -1;
  if (a.stream === b.stream) return b.rev - a.rev;
  return a.stream < b.stream ? -1 : 1;
}
