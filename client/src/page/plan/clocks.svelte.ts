import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { ActivityItem, RoomSnapshot } from '../../connection/room-client';
import type { Stream } from '../../replica/types';

// A change that is confirmed sooner leaves no trace on the screen.
const PENDING_MS = 400;
const FLASH_MS = 1200;

/** Slow holds the fields whose change the server has not confirmed in time. */
export class Slow {
  readonly #slow = new SvelteSet<string>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  has(key: string): boolean {
    return this.#slow.has(key);
  }

  /** see takes note of what is unconfirmed now. */
  see(pending: ReadonlySet<string>): void {
    for (const [key, timer] of this.#timers) {
      if (pending.has(key)) continue;
      clearTimeout(timer);
      this.#timers.delete(key);
      this.#slow.delete(key);
    }
    for (const key of pending) {
      if (!this.#timers.has(key))
        this.#timers.set(
          key,
          setTimeout(() => this.#slow.add(key), PENDING_MS),
        );
    }
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}

/** Flashes holds the fields that others changed just now. */
export class Flashes {
  readonly #shown = new SvelteMap<string, number>();
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  readonly #seen = new Map<Stream, number>();
  #count = 0;
  #primed = false;

  /** at is how often the field has flashed, 0 when it does not now. */
  at(key: string): number {
    return this.#shown.get(key) ?? 0;
  }

  /** see takes note of the activity; what was there at first does not flash. */
  see(snap: RoomSnapshot): void {
    const seen = new Map(this.#seen);
    for (const item of snap.activity) {
      // Older activity that is loaded later is no news.
      if (item.rev <= (seen.get(item.stream) ?? 0)) continue;
      this.#seen.set(item.stream, Math.max(item.rev, this.#seen.get(item.stream) ?? 0));
      if (this.#primed && item.by !== (snap.me?.id ?? '')) this.#flash(item);
    }
    this.#primed = true;
  }

  #flash(item: ActivityItem): void {
    for (const change of item.changes) {
      for (const field of Object.keys(change.set)) {
        const key = `${change.entity}/${change.id}/${field}`;
        this.#count += 1;
        const now = this.#count;
        this.#shown.set(key, now);
        const timer = setTimeout(() => {
          this.#timers.delete(timer);
          if (this.#shown.get(key) === now) this.#shown.delete(key);
        }, FLASH_MS);
        this.#timers.add(timer);
      }
    }
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
