import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Presence } from '../replica/frames';
import { foldPresence, NOBODY, OwnPresence } from './presence';

const focus = { entity: 'milestone', id: 'm1', field: 'title' } as const;
const send = vi.fn();
let presence: OwnPresence;

beforeEach(() => {
  vi.useFakeTimers();
  send.mockReset();
  presence = new OwnPresence(send);
});

afterEach(() => {
  vi.useRealTimers();
});

describe('one’s own presence', () => {
  test('is sent at most ten times a second, and the last state arrives', () => {
    presence.opened();
    for (let i = 1; i <= 100; i++) {
      presence.change({ focus, editing: true, draft: 'x'.repeat(i) });
      vi.advanceTimersByTime(10);
    }
    expect(send.mock.calls.length).toBeLessThanOrEqual(11);
    vi.advanceTimersByTime(1_000);
    expect(send.mock.calls.at(-1)?.[0]).toMatchObject({ t: 'presence', draft: 'x'.repeat(100) });
  });

  test('is told again to a new connection, and not without one', () => {
    presence.change({ view: 'plan' });
    expect(send).not.toHaveBeenCalled();
    presence.opened();
    expect(send).toHaveBeenCalledTimes(1);
    presence.closed();
    presence.change({ view: 'people' });
    vi.advanceTimersByTime(1_000);
    expect(send).toHaveBeenCalledTimes(1);
    presence.opened();
    expect(send.mock.calls[1]?.[0]).toMatchObject({ view: 'people' });
  });

  test('that did not change is not sent', () => {
    presence.opened();
    presence.change({ focus });
    vi.advanceTimersByTime(200);
    presence.change({ focus: { ...focus } });
    vi.advanceTimersByTime(200);
    expect(send).toHaveBeenCalledTimes(1);
  });

  test('shows no more than 140 characters of a draft, and no half of one', () => {
    presence.opened();
    presence.change({ draft: '😀'.repeat(200) });
    expect(send.mock.calls[0]?.[0].draft).toBe('😀'.repeat(140));
  });
});

describe('others', () => {
  const marc: Presence = { session: 's2', participant: 'marc', name: 'Marc Olsen', side: 'buyer' };
  const own: Presence = { session: 's1', participant: 'ann', name: 'Ann Lee', side: 'seller' };

  test('come, change and go; this page is not one of them', () => {
    let here = foldPresence(NOBODY, { join: [own, marc], watching: 2 }, 's1');
    expect(here).toEqual({ sessions: [marc], watching: 2 });
    here = foldPresence(here, { update: [{ ...marc, focus, editing: true }] }, 's1');
    expect(here.sessions[0]).toMatchObject({ session: 's2', editing: true, focus });
    here = foldPresence(here, { leave: ['s2', 'unknown'] }, 's1');
    expect(here).toEqual({ sessions: [], watching: 2 });
  });
});
