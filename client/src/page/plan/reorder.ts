// Putting rows in order without touching the one that has the focus.

/** Node is what reorder needs of an element. */
export interface Movable<N> {
  readonly previousElementSibling: unknown;
  readonly nextElementSibling: unknown;
  before(node: N): void;
  after(node: N): void;
}

/**
 * reorder puts nodes, all children of one parent, into the given order by moving
 * the others around the pinned one: a node that is taken out and put in again
 * loses its focus, its caret and its open editor. It returns how many it moved.
 */
export function reorder<N extends Movable<N>>(nodes: readonly N[], pinned: N | undefined): number {
  const at = pinned === undefined ? -1 : nodes.indexOf(pinned);
  const base = at < 0 ? longestRun(nodes) : at;
  let moved = 0;
  let edge = nodes[base];
  if (edge === undefined) return 0;
  for (const node of nodes.slice(0, base).reverse()) {
    if (edge.previousElementSibling !== node) {
      edge.before(node);
      moved++;
    }
    edge = node;
  }
  edge = nodes[base] as N;
  for (const node of nodes.slice(base + 1)) {
    if (edge.nextElementSibling !== node) {
      edge.after(node);
      moved++;
    }
    edge = node;
  }
  return moved;
}

// longestRun is where the longest stretch begins that is in order already.
function longestRun<N extends Movable<N>>(nodes: readonly N[]): number {
  let best = 0;
  let length = 0;
  let start = 0;
  for (let i = 0; i < nodes.length; i++) {
    if (i > 0 && nodes[i - 1]?.nextElementSibling !== nodes[i]) start = i;
    if (i - start + 1 > length) {
      best = start;
      length = i - start + 1;
    }
  }
  return best;
}
