import { describe, expect, test } from 'vitest';
import { doorWords, extended, guests, type ShareLink, standing } from './links';

const link: ShareLink = {
  id: 'l',
  side: 'buyer',
  access: 'editor',
  door: 'open',
  has_password: false,
  emails: [],
  domains: [],
  shows_progress: false,
  by: null,
  created_at: '2026-11-01T10:00:00Z',
  last_used_at: null,
  views: 0,
  expires_at: '2026-12-01T10:00:00Z',
  paused_at: null,
  revoked_at: null,
};
const now = Date.UTC(2026, 10, 20);

describe('a link', () => {
  test('is usable, paused, expired or revoked', () => {
    expect(standing(link, now)).toBe('usable');
    expect(standing({ ...link, paused_at: '2026-11-02T10:00:00Z' }, now)).toBe('paused');
    expect(standing({ ...link, expires_at: '2026-11-19T10:00:00Z' }, now)).toBe('expired');
    expect(standing({ ...link, revoked_at: '2026-11-02T10:00:00Z', expires_at: null }, now)).toBe('revoked');
  });

  test('is extended from its end, and from now where that is past', () => {
    expect(extended(link, now)).toBe('2026-12-31T10:00:00.000Z');
    expect(extended({ ...link, expires_at: '2026-11-01T10:00:00Z' }, now)).toBe('2026-12-20T00:00:00.000Z');
  });

  test('says what it asks for', () => {
    expect(doorWords(link)).toBe('');
    expect(doorWords({ ...link, door: 'verified', has_password: true })).toBe('sends a code · password');
    expect(doorWords({ ...link, door: 'named', emails: ['dana@acme.com'], domains: ['globex.com'] })).toBe(
      'only dana@acme.com, @globex.com',
    );
  });
});

test('a list is read as it is typed', () => {
  expect(guests(' dana@acme.com, @globex.com;\ninitech.com ')).toEqual({
    emails: ['dana@acme.com'],
    domains: ['globex.com', 'initech.com'],
  });
});
