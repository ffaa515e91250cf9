import type { Replica, Saved } from '../replica/model';
import { readSaved, save } from '../replica/saved';
import { STREAMS } from '../replica/types';
import type { Store } from './storage';
import { type Claim, claim, hold } from './tab';
import { uuid } from './uuid';

/** PendingStore keeps a tab's client name and pending ops over a reload. */
export class PendingStore {
  readonly #store: Store;
  readonly #key: string;
  #claim: Claim | null = null;
  #written: Replica | null = null;
  /** text is what write left in the store. */
  #text: string | null = null;

  constructor(store: Store, room: string) {
    this.#store = store;
    this.#key = `parley:client:${room}`;
  }

  /**
   * take returns what the earlier page of this tab left. A duplicated tab gets
   * null: what it has is a copy, and belongs to the tab that it was made from.
   */
  async take(): Promise<Saved | null> {
    const saved = this.#read();
    if (saved === null) return null;
    this.#claim = await claim(saved.client);
    return this.#claim === null ? null : saved;
  }

  /** hold claims a new client name for this page. */
  async hold(client: string): Promise<void> {
    this.#claim?.release();
    this.#claim = await hold(client);
  }

  /** write keeps a replica's pending ops, if they changed since. It is called before anything is sent. */
  write(replica: Replica): void {
    if (this.#written !== null && sameToSave(this.#written, replica)) return;
    this.#written = replica;
    this.#text = JSON.stringify(save(replica));
    this.#store.set(this.#key, this.#text);
  }

  /**
   * reclaim takes the name back after a release. It returns false when another
   * page of this tab went on under it meanwhile: what this page holds is old then.
   */
  async reclaim(client: string): Promise<boolean> {
    this.#claim = await claim(client);
    if (this.#claim === null) return false;
    if (this.#store.get(this.#key) === this.#text) return true;
    this.release();
    return false;
  }

  release(): void {
    this.#claim?.release();
    this.#claim = null;
  }

  #read(): Saved | null {
    const text = this.#store.get(this.#key);
    if (text === null) return null;
    try {
      return readSaved(JSON.parse(text));
    } catch {
      return null; // not ours, or cut off: start over
    }
  }
}

function sameToSave(a: Replica, b: Replica): boolean {
  if (a.pending !== b.pending || a.client !== b.client || a.owner !== b.owner) return false;
  return STREAMS.every((name) => {
    const [before, now] = [a.streams[name], b.streams[name]];
    return before?.nextSeq === now?.nextSeq && before?.epoch === now?.epoch;
  });
}

/** newClient makes a client name. */
export function newClient(): string {
  return uuid();
}
