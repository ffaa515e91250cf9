import { call, NOT_MODIFIED } from '../call';
import { type Counts, type Filter, type Line, merge, type Page } from './list';

const PAGE = 50;
// What others do is on the screen within this; a tab in the background does not ask.
const POLL_MS = 5_000;

/** RoomList is the list on the screen: pages by cursor, values kept fresh, the order kept still. */
export class RoomList {
  lines = $state.raw<readonly Line[]>([]);
  counts = $state.raw<Counts | null>(null);
  /** more says that there are further pages. */
  more = $state(false);
  /** moved says that a re-sort would change the order. */
  moved = $state(false);
  loaded = $state(false);
  problem = $state('');
  /** signedOut says that the session is over. */
  signedOut = $state(false);
  at = $state(0);

  #filter: Filter = 'all';
  #query = '';
  #pages = 1;
  #asked = 0;
  #tags: (string | null)[] = [];
  #fresh: Page[] = [];

  /** show begins anew with a filter and words. */
  async show(filter: Filter, query: string): Promise<void> {
    [this.#filter, this.#query, this.#pages] = [filter, query, 1];
    await this.sort();
  }

  /** sort brings the list into its order. */
  async sort(): Promise<void> {
    [this.#tags, this.#fresh] = [[], []];
    if (await this.#read()) {
      this.lines = this.#fresh.flatMap((page) => page.rooms);
      this.moved = false;
    }
  }

  /** further shows one page more, below what is there. */
  async further(): Promise<void> {
    this.#pages += 1;
    if (!(await this.#read())) return;
    const there = new Set(this.lines.map((line) => line.id));
    const added = (this.#fresh.at(-1)?.rooms ?? []).filter((line) => !there.has(line.id));
    this.lines = [...this.lines, ...added];
  }

  /** follow keeps the values fresh until the signal ends it. */
  async follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      if (signal.aborted || document.hidden) continue;
      if (!(await this.#read())) continue;
      const { lines, moved } = merge(
        this.lines,
        this.#fresh.flatMap((page) => page.rooms),
      );
      [this.lines, this.moved] = [lines, moved];
    }
  }

  // #read asks for the pages, each with its tag; false when the answer is not to be used.
  async #read(): Promise<boolean> {
    const mine = ++this.#asked;
    const pages: Page[] = [];
    let cursor = '';
    for (let i = 0; i < this.#pages; i++) {
      const query = new URLSearchParams({ limit: String(PAGE), filter: this.#filter });
      if (this.#query) query.set('q', this.#query);
      if (cursor) query.set('cursor', cursor);
      const had = this.#fresh[i];
      const tag = had === undefined ? undefined : this.#tags[i];
      const answer = await call<Page>(`/rooms?${query}`, tag ? { headers: { 'If-None-Match': tag } } : {});
      if (mine !== this.#asked) return false;
      if (answer.ok) {
        pages.push(answer.value);
        this.#tags[i] = answer.tag;
      } else if (answer.status === NOT_MODIFIED && had !== undefined) pages.push(had);
      else {
        this.signedOut = answer.status === 401;
        this.problem = answer.message;
        this.loaded = true;
        return false;
      }
      cursor = pages.at(-1)?.next_cursor ?? '';
      if (cursor === '') break;
    }
    this.#fresh = pages;
    if (this.#filter !== 'closed') this.counts = pages[0]?.counts ?? null; // they are of the open rooms
    this.more = cursor !== '';
    [this.problem, this.loaded, this.at] = ['', true, Date.now()];
    return true;
  }
}
