import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { allows } from './origins';

interface Case {
  readonly list: readonly string[];
  readonly origin: string;
  readonly allows: boolean;
}

// The server decides by the same table (server/portal/origin_test.go).
const TABLE = new URL('../../../server/portal/testdata/allows.json', import.meta.url);

test('who may frame is the same here as on the server', () => {
  const cases = JSON.parse(readFileSync(TABLE, 'utf8')) as readonly Case[];
  expect(cases.length).toBeGreaterThan(10);
  for (const c of cases) expect(allows(c.list, c.origin), `${c.list} ${c.origin}`).toBe(c.allows);
});
