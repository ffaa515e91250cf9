import { expect, test } from 'vitest';
import { ownPage } from './next';

const HERE = 'https://rooms.example.com';

test.each([
  ['/settings/people', '/settings/people'],
  ['/r/1/timeline?m=2#x', '/r/1/timeline?m=2#x'],
  ['/', '/'],
  [null, '/'],
  ['', '/'],
  ['settings', '/'],
  ['https://evil.example', '/'],
  ['https://rooms.example.com/settings', '/'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['\\/evil.example', '/'],
  ['/\t/evil.example', '/'],
  ['/\n/evil.example', '/'],
  ['javascript:alert(1)', '/'],
  [' /settings', '/'],
  ['/.//evil.example', '/'],
  ['/x/..//evil.example', '/'],
  ['/signin?next=/signin', '/'],
  ['/signin/oidc?code=1', '/'],
])('%j leads to %s', (next, want) => {
  expect(ownPage(next, HERE)).toBe(want);
});
