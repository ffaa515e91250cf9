import { expect, test } from 'vitest';
import { loadParleyRoom, type Options } from '../../embed/src/index';

// There is no window here, as on a server that renders pages.
test('the loader can be imported where there is no page, and says so when it is called', async () => {
  expect(globalThis.document).toBeUndefined();
  await expect(loadParleyRoom({ origin: 'https://rooms.example.com', room: 'r' })).rejects.toThrow('browser');
});

test('its types refuse what the element does not know', () => {
  const good: Options = { origin: 'https://rooms.example.com', room: 'r', view: 'plan', hide: ['tabs'] };
  // @ts-expect-error: there is no such view
  const bad: Options = { origin: 'https://rooms.example.com', view: 'documents' };
  expect([good.view, bad.view]).toEqual(['plan', 'documents']);
});
