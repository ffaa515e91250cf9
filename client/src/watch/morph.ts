// morph makes one tree like another and keeps every node that stays: focus,
// scroll and what somebody opened outlive a change that others made.

/** morph makes the attributes and children of have those of want. */
export function morph(have: Element, want: Element): void {
  attributes(have, want);
  children(have, want);
}

function attributes(have: Element, want: Element): void {
  for (const { name } of [...have.attributes])
    if (!want.hasAttribute(name) && !own(have, name)) have.removeAttribute(name);
  for (const { name, value } of [...want.attributes])
    if (have.getAttribute(name) !== value && !own(have, name)) have.setAttribute(name, value);
}

// own reports whether an attribute is the reader's: which parts are open.
function own(node: Element, name: string): boolean {
  return name === 'open' && node.localName === 'details';
}

function children(have: Element, want: Element): void {
  // What was typed into a field stays.
  if (have.localName === 'select') return;
  const keyed = new Map<string, Element>();
  for (const child of have.children) {
    const key = keyOf(child);
    if (key !== null) keyed.set(key, child);
  }
  let at: ChildNode | null = have.firstChild;
  for (const next of [...want.childNodes]) {
    const key = next instanceof Element ? keyOf(next) : null;
    const found = key === null ? null : (keyed.get(key) ?? null);
    if (found !== null && found !== at) {
      have.insertBefore(found, at);
      at = found;
    }
    if (at !== null && alike(at, next)) {
      const following: ChildNode | null = at.nextSibling;
      if (at instanceof Element) morph(at, next as Element);
      else if (at.nodeValue !== next.nodeValue) retext(at, next.nodeValue ?? '');
      at = following;
    } else {
      have.insertBefore(document.adoptNode(next), at);
    }
  }
  while (at !== null) {
    const following: ChildNode | null = at.nextSibling;
    at.remove();
    at = following;
  }
}

function alike(a: ChildNode, b: ChildNode): boolean {
  if (a.nodeType !== b.nodeType) return false;
  if (!(a instanceof Element) || !(b instanceof Element)) return true;
  return a.nodeName === b.nodeName && keyOf(a) === keyOf(b);
}

function keyOf(node: Element): string | null {
  return node.getAttribute('data-key') ?? (node.id || null);
}

// retext changes a text and lets its place light up for a moment.
function retext(node: ChildNode, text: string): void {
  node.nodeValue = text;
  const place = node.parentElement;
  if (place === null || text.trim() === '' || place.closest('.as-of') !== null) return;
  place.classList.remove('changed');
  requestAnimationFrame(() => place.classList.add('changed'));
}
