import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Agreement, agreementOf } from './agreement';
import { parseSnapshot } from './fold';
import type { Snapshot } from './types';

// The examples that the server's tests read too.

interface Example {
  readonly shared: Snapshot;
  readonly agreement: Agreement;
}

const FOLDER = new URL('../../../room/testdata/agreement/', import.meta.url);
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

test('the shared examples are there', () => {
  expect(files.length).toBeGreaterThan(0);
});

test.each(files)('both sides agree on what the server says: %s', (name) => {
  const example = JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as Example;
  expect(agreementOf(parseSnapshot(example.shared))).toEqual(example.agreement);
});
