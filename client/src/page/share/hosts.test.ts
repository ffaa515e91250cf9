import { expect, test } from 'vitest';
import { type Embedding, HOSTS, missing, snippet } from './hosts';

const HOW: Embedding = {
  page: 'https://rooms.example.com/e/r1',
  script: 'https://rooms.example.com/embed/v1.js',
  pinned: 'https://rooms.example.com/embed/1.0.0.js',
  integrity: 'sha384-abc',
  portals: [{ id: 'p', name: 'CRM', origins: ['https://*.hubspot.com'] }],
};

test('every host has steps and something to paste, which names this server alone', () => {
  for (const host of HOSTS) {
    expect(host.steps.length, host.id).toBeGreaterThan(0);
    const servers = snippet(host, 'r1', HOW).match(/https?:\/\/[^/'"]+/g) ?? [];
    expect(servers.length, host.id).toBeGreaterThan(0);
    for (const server of servers) expect(server, host.id).toBe('https://rooms.example.com');
  }
});

test('a script of one version has its integrity beside it, or moves on without', () => {
  const web = HOSTS.find((host) => host.id === 'web');
  if (web === undefined) throw new Error('there is no such host');
  expect(snippet(web, 'r1', HOW)).toContain('1.0.0.js"\n  integrity="sha384-abc" crossorigin');
  const { pinned: _, integrity: __, ...moving } = HOW;
  expect(snippet(web, 'r1', moving)).toContain('/embed/v1.js');
  expect(snippet(web, 'r1', moving)).not.toContain('integrity');
});

test('what no portal allows yet is said', () => {
  const of = (id: string) =>
    missing(HOSTS.find((host) => host.id === id) ?? (HOSTS[0] as (typeof HOSTS)[0]), HOW);
  expect(of('hubspot')).toEqual([]);
  expect(of('notion')).toEqual(['https://*.notion.so', 'https://*.notion.site']);
});
