/** Anchor is a row that stays where it is on the screen while others come and go above it. */
export interface Anchor {
  readonly node: HTMLElement;
  readonly top: number;
}

/** anchor picks the row with the focus where it can be seen, else the first row that can be seen whole. */
export function anchor(rows: HTMLElement): Anchor | null {
  const above = headerHeight();
  const focused = document.activeElement?.closest<HTMLElement>('[data-row]') ?? null;
  if (focused !== null && rows.contains(focused)) {
    const { top, bottom } = focused.getBoundingClientRect();
    if (bottom > above && top < innerHeight) return { node: focused, top };
  }
  // Nothing above the grid's first row can push it: there is nothing to keep.
  if (rows.getBoundingClientRect().height === 0) return null;
  for (const node of rows.children) {
    if (!(node instanceof HTMLElement)) continue;
    const { top } = node.getBoundingClientRect();
    if (top >= above && top < innerHeight) return { node, top };
  }
  return null;
}

/** settle scrolls by as much as the anchor has moved. */
export function settle(held: Anchor | null): void {
  if (held === null || !held.node.isConnected) return;
  const moved = held.node.getBoundingClientRect().top - held.top;
  if (Math.abs(moved) >= 1) scrollBy({ top: moved, behavior: 'instant' });
}

function headerHeight(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--header-h')) || 0;
}
