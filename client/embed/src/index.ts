import type { ParleyRoom, Theme, View } from './types.js';

export type { MilestoneChanges, ParleyEvents, ParleyRoom, Theme, View } from './types.js';

/** Options of a room. Each is the attribute of the same name. */
export interface Options {
  /** origin is the server's, as in https://rooms.example.com. */
  readonly origin: string;
  /** room is a room's id; the page's back end has to vouch for who looks at it. */
  readonly room?: string;
  /** share is the token of a link that only watches, in place of room. */
  readonly share?: string;
  readonly view?: View;
  readonly mode?: 'view' | 'comment' | 'edit';
  readonly theme?: Theme;
  readonly accent?: string;
  readonly radius?: string;
  readonly density?: 'compact' | 'comfortable';
  readonly dir?: 'ltr' | 'rtl';
  /** lang is the language of dates and numbers, as in de or pt-BR. */
  readonly lang?: string;
  /** height in pixels; auto follows what is in the room. */
  readonly height?: number | 'auto';
  readonly minHeight?: number;
  readonly hide?: readonly ('header' | 'tabs' | 'runway' | 'branding')[];
  readonly title?: string;
  readonly tokenUrl?: string;
  /** fetchToken gets a token from the page's own back end. */
  readonly fetchToken?: () => Promise<string>;
  /** integrity of a script of one version, and its address. */
  readonly script?: { readonly src: string; readonly integrity: string };
}

let loading: Promise<void> | undefined;

/**
 * loadParleyRoom loads the server's script once, and returns an element that is
 * not in the page yet. Nothing here needs a page before it is called.
 */
export async function loadParleyRoom(options: Options): Promise<ParleyRoom> {
  if (typeof document === 'undefined') throw new Error('loadParleyRoom needs a page: call it in the browser');
  loading ??= load(options).catch((error: unknown) => {
    loading = undefined; // the next call tries again
    throw error;
  });
  await loading;
  const room = document.createElement('parley-room') as ParleyRoom;
  const { fetchToken, script: _, hide, minHeight, tokenUrl, ...attributes } = options;
  const all = { ...attributes, hide: hide?.join(' '), 'min-height': minHeight, 'token-url': tokenUrl };
  for (const [name, value] of Object.entries(all)) {
    if (value !== undefined) room.setAttribute(name, String(value));
  }
  room.fetchToken = fetchToken ?? null;
  return room;
}

function load({ origin, script }: Options): Promise<void> {
  if (customElements.get('parley-room') !== undefined) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const element = document.createElement('script');
    element.src = script?.src ?? `${new URL(origin).origin}/embed/v1.js`;
    if (script !== undefined) {
      element.integrity = script.integrity;
      element.crossOrigin = 'anonymous';
    }
    element.onload = () => resolve();
    element.onerror = () => reject(new Error(`${element.src} did not load`));
    document.head.append(element);
  });
}
