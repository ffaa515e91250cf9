import type { PersonView } from '../replica/view-types';

const COLOURS = 8;

/**
 * colours gives every participant one of eight avatar colours, 1 to 8: by a hash of the id,
 * and where that is taken the next free one, so that a small room has no two alike.
 */
export function colours(people: ReadonlyMap<string, PersonView>): ReadonlyMap<string, number> {
  const taken = new Set<number>();
  const out = new Map<string, number>();
  for (const id of [...people.keys()].sort()) {
    let colour = hash(id) % COLOURS;
    if (taken.size < COLOURS) while (taken.has(colour)) colour = (colour + 1) % COLOURS;
    taken.add(colour);
    out.set(id, colour + 1);
  }
  return out;
}

function hash(text: string): number {
  let h = 0;
  for (const c of text) h = (Math.imul(h, 31) + (c.codePointAt(0) ?? 0)) >>> 0;
  return h;
}

/** initials returns the first letters of the first and the last word, as a person would write them. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const ends = words.length > 1 ? [words[0], words[words.length - 1]] : [words[0]];
  return ends.map((word) => first(word ?? '').toLocaleUpperCase()).join('');
}

function first(word: string): string {
  const [segment] = new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(word);
  return segment?.segment ?? '';
}

/** shortName is what a narrow cell shows: the first name and the first letter of the last. */
export function shortName(person: Pick<PersonView, 'name'>): string {
  const words = person.name.trim().split(/\s+/);
  const last = words.length > 1 ? words[words.length - 1] : undefined;
  return last === undefined ? (words[0] ?? '') : `${words[0]} ${first(last)}`;
}
