import fc from 'fast-check';
import { expect, test } from 'vitest';
import { reorder } from './reorder';

// A parent with children, as far as reorder knows one.
class Fake {
  static list: Fake[] = [];
  static touched = new Set<string>();
  readonly id: string;
  constructor(id: string) {
    this.id = id;
  }
  get previousElementSibling(): Fake | null {
    return Fake.list[Fake.list.indexOf(this) - 1] ?? null;
  }
  get nextElementSibling(): Fake | null {
    return Fake.list[Fake.list.indexOf(this) + 1] ?? null;
  }
  before(node: Fake): void {
    this.#put(node, 0);
  }
  after(node: Fake): void {
    this.#put(node, 1);
  }
  #put(node: Fake, offset: number): void {
    Fake.touched.add(node.id);
    Fake.list = Fake.list.filter((n) => n !== node);
    Fake.list.splice(Fake.list.indexOf(this) + offset, 0, node);
  }
}

function run(from: string, to: string, pinned?: string): number {
  const nodes = new Map([...from].map((id) => [id, new Fake(id)]));
  Fake.list = [...nodes.values()];
  Fake.touched = new Set();
  return reorder(
    [...to].map((id) => nodes.get(id) as Fake),
    pinned === undefined ? undefined : nodes.get(pinned),
  );
}

const shown = (): string => Fake.list.map((node) => node.id).join('');

test('moves nothing that is in place', () => {
  expect(run('abcd', 'abcd')).toBe(0);
});

test('one row that goes elsewhere is one move', () => {
  expect(run('abcdef', 'bcdefa')).toBe(1);
  expect(shown()).toBe('bcdefa');
});

test('the others move around the pinned row', () => {
  run('abcd', 'dabc', 'd');
  expect(shown()).toBe('dabc');
  expect(Fake.touched.has('d')).toBe(false);
});

test('any order is reached without touching the pinned row', () => {
  const ids = [...'abcdefgh'];
  const orders = fc.shuffledSubarray(ids, { minLength: ids.length });
  fc.assert(
    fc.property(orders, orders, fc.constantFrom(...ids), (from, to, pinned) => {
      run(from.join(''), to.join(''), pinned);
      expect(shown()).toBe(to.join(''));
      expect(Fake.touched.has(pinned)).toBe(false);
    }),
  );
});
