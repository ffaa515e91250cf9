import { describe, expect, it } from 'vitest';
import { type Line, merge } from './list';

const line = (id: string, done = 0): Line =>
  ({ id, name: id, progress: { done, total: 4 } }) as unknown as Line;
const ids = (lines: readonly Line[]) => lines.map((l) => l.id).join(' ');

describe('merge', () => {
  it('changes values in place', () => {
    const { lines, moved } = merge([line('a'), line('b')], [line('a', 2), line('b', 3)]);
    expect(lines.map((l) => l.progress.done)).toEqual([2, 3]);
    expect(moved).toBe(false);
  });
  it('keeps the order until it is asked for', () => {
    const { lines, moved } = merge([line('a'), line('b')], [line('b', 1), line('a')]);
    expect(ids(lines)).toBe('a b');
    expect(lines[1]?.progress.done).toBe(1);
    expect(moved).toBe(true);
  });
  it('tells of what is new and keeps what is gone where it stands', () => {
    expect(merge([line('a')], [line('a'), line('b')])).toMatchObject({ moved: true, lines: [{ id: 'a' }] });
    expect(merge([line('a'), line('b')], [line('a')])).toMatchObject({
      moved: true,
      lines: [{ id: 'a' }, { id: 'b' }],
    });
  });
});
