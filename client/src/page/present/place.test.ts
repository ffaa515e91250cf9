import { expect, test } from 'vitest';
import { TABS } from '../address/place';
import { FILTERS } from '../filters';
import { readView, viewOf } from './place';

test('where a presenter is survives the way, within what presence carries', () => {
  for (const tab of TABS)
    for (const filter of FILTERS) {
      const view = viewOf(tab, filter);
      expect(view).toMatch(/^[a-z][a-z0-9_]{0,23}$/); // P23
      expect(readView(view)).toEqual({ tab, filter: filter === 'mine' ? 'all' : filter });
    }
});

test.each(['', 'following', 'plan_else', 'cellar', '_late'])('%s is no place', (view) => {
  expect(readView(view)).toBeNull();
});
