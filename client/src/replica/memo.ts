/**
 * Memo keeps one value per id for as long as what it was made of stays the
 * same, so that a screen can tell by identity what changed.
 */
export class Memo<V> {
  #kept = new Map<string, { readonly deps: readonly unknown[]; readonly value: V }>();
  #next = new Map<string, { readonly deps: readonly unknown[]; readonly value: V }>();

  /** get returns the kept value of id, or makes it anew when one of deps is another. */
  get(id: string, deps: readonly unknown[], make: () => V): V {
    const kept = this.#next.get(id) ?? this.#kept.get(id);
    const entry = kept !== undefined && sameItems(kept.deps, deps) ? kept : { deps, value: make() };
    this.#next.set(id, entry);
    return entry.value;
  }

  /** sweep ends a round: what was not asked for in it is forgotten. */
  sweep(): void {
    [this.#kept, this.#next] = [this.#next, new Map()];
  }
}

/** sameItems compares two lists item by item, by identity. */
export function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

/** Lists keeps the identity of lists whose items did not change. */
export class Lists {
  readonly #memo = new Memo<readonly unknown[]>();

  keep<T>(id: string, items: readonly T[]): readonly T[] {
    return this.#memo.get(id, items, () => items) as readonly T[];
  }

  sweep(): void {
    this.#memo.sweep();
  }
}
