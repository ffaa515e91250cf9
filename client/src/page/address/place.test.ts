import { describe, expect, it } from 'vitest';
import { addressOf, readPlace, TABS, tokenOf } from './place';

const NOWHERE = { tab: null, milestone: null, filter: 'all' } as const;

describe('readPlace', () => {
  it.each(['/r/1234', '/join/parley_abc', '/s/parley_abc'])('leaves the tab of %s to the page', (base) => {
    expect(readPlace(base, '')).toEqual({ base, ...NOWHERE });
    expect(readPlace(`${base}/`, '')).toEqual({ base, ...NOWHERE });
  });

  it('reads tab, milestone and filter', () => {
    expect(readPlace('/join/parley_abc/activity', '?m=1-2&f=late')).toEqual({
      base: '/join/parley_abc',
      tab: 'activity',
      milestone: '1-2',
      filter: 'late',
    });
  });

  it('leaves out what it does not know', () => {
    expect(readPlace('/r/1/elsewhere', '?f=toString')).toEqual({ base: '/r/1', ...NOWHERE });
  });
});

describe('addressOf', () => {
  it('is read back as it was written, for every tab', () => {
    for (const tab of [null, ...TABS])
      for (const milestone of [null, 'a&b=c'])
        for (const filter of ['all', 'mine'] as const) {
          const place = { base: '/r/1', tab, milestone, filter };
          const url = new URL(addressOf(place), 'http://parley.test');
          expect(readPlace(url.pathname, url.search)).toEqual(place);
        }
  });
});

describe('tokenOf', () => {
  it('is the token of a link at every tab, and none of a room', () => {
    expect(tokenOf('/join/parley_abc')).toBe('parley_abc');
    expect(tokenOf('/s/parley_abc/plan')).toBe('parley_abc');
    expect(tokenOf('/r/parley_abc/plan')).toBeNull();
  });
});
