import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fetched, Gone, Unreached } from './fetched';
import { later, onDemand, reconnected } from './later';

const PAGE = 'http://parley.test/assets/0123456789ab/app.js';
const asked: string[] = [];
let answer: (url: string) => Promise<Response>;
const ok = async () => new Response('export {}');
const lost = async (): Promise<Response> => {
  throw new TypeError('Failed to fetch');
};

beforeEach(() => {
  vi.useFakeTimers();
  asked.length = 0;
  answer = ok;
  vi.stubGlobal('fetch', (url: string) => {
    asked.push(url.slice(url.lastIndexOf('/') + 1));
    return answer(url);
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('fetched', () => {
  test('brings all files of a part into the cache before it imports, and each of them once', async () => {
    const load = vi.fn(async () => {
      expect(asked).toEqual(['a1.js', 'a2.js']);
      return 'part';
    });
    expect(await fetched(load, ['./a1.js', './a2.js'], PAGE)).toBe('part');
    expect(await fetched(async () => 'other', ['./a2.js'], PAGE)).toBe('other');
    expect(asked).toEqual(['a1.js', 'a2.js']);
  });

  test('begins no import that could fail for want of a connection: older browsers remember that', async () => {
    const load = vi.fn(async () => 'part');
    answer = lost;
    await expect(fetched(load, ['./b.js'], PAGE)).rejects.toThrow(Unreached);
    answer = async () => new Response('busy', { status: 503 });
    await expect(fetched(load, ['./b.js'], PAGE)).rejects.toThrow(Unreached);
    answer = async () => new Response('not here', { status: 404 });
    await expect(fetched(load, ['./b.js'], PAGE)).rejects.toThrow(Gone);
    expect(load).not.toHaveBeenCalled();

    answer = ok;
    expect(await fetched(load, ['./b.js'], PAGE)).toBe('part');
  });

  test('tells a script that fails from one that did not come', async () => {
    const failing = async () => {
      throw new TypeError('x is undefined');
    };
    await expect(fetched(failing, ['./c.js'], PAGE)).rejects.toThrow('x is undefined');
    await expect(fetched(failing, [], PAGE)).rejects.toThrow(Unreached);
  });
});

describe('a part of the page', () => {
  const unreached = async () => {
    throw new Unreached('tools.js');
  };

  test('is asked for again after pauses, never refused, and comes once', async () => {
    const load = vi.fn<() => Promise<string>>(unreached);
    const get = onDemand(load);
    expect(load).not.toHaveBeenCalled();
    const part = get();
    await vi.advanceTimersByTimeAsync(60_000);
    const attempts = load.mock.calls.length;
    expect(attempts).toBeGreaterThan(6); // no pause is longer than ten seconds
    load.mockResolvedValue('part');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await part).toBe('part');
    expect(get()).toBe(part);
    expect(load).toHaveBeenCalledTimes(attempts + 1);
  });

  test('comes at once when the connection is back', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1);
    const load = vi.fn<() => Promise<string>>(unreached);
    const part = onDemand(load)();
    await vi.advanceTimersByTimeAsync(20_000);
    load.mockResolvedValue('part');
    reconnected();
    await vi.advanceTimersByTimeAsync(0);
    expect(await part).toBe('part');
  });

  test('of a version that the server has no more is asked for once a minute', async () => {
    const load = vi.fn(async () => {
      throw new Gone('tools.js');
    });
    void onDemand(load)();
    await vi.advanceTimersByTimeAsync(59_000);
    expect(load).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(load).toHaveBeenCalledTimes(2);
  });

  test('whose script fails is reported', async () => {
    const reported = vi.fn();
    vi.stubGlobal('reportError', reported);
    const fault = new TypeError('x is undefined');
    void onDemand(() => Promise.reject(fault))();
    await vi.advanceTimersByTimeAsync(0);
    expect(reported).toHaveBeenCalledExactlyOnceWith(fault);
  });

  test('that is for later is asked for by itself', async () => {
    const load = vi.fn(async () => 'part');
    later(load);
    expect(load).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(load).toHaveBeenCalledTimes(1);
  });
});
