// What a page and the frame in it say to each other, on a port of their own.
// Both sides ignore what they do not know, and every message has a version.

import type { ParleyEvents } from './types';

/** VERSION is that of the messages. */
export const VERSION = 1;

/** INIT is the one message that is not on the port: it brings it. */
export const INIT = 'parley:init';

/** Config is what the page's attributes ask for. The token decides what is allowed. */
export interface Config {
  readonly view: string;
  readonly mode: string;
  readonly theme: string;
  readonly accent: string;
  readonly radius: string;
  readonly density: string;
  readonly dir: string;
  /** auto: the frame is as high as what is in it. */
  readonly auto: boolean;
  readonly hide: readonly string[];
}

/** ToFrame is what the page says. */
export type ToFrame =
  | { readonly type: 'config'; readonly config: Config }
  | { readonly type: 'token'; readonly token: string }
  | { readonly type: 'token.failed' }
  | { readonly type: 'refresh' }
  | { readonly type: 'view'; readonly view: string }
  | { readonly type: 'focus'; readonly id: string }
  /** seen is the part of the frame that is on the screen: its first pixel and how many. */
  | { readonly type: 'seen'; readonly top: number; readonly height: number };

/** ToPage is what the frame says. */
export type ToPage =
  | { readonly type: 'hello' }
  | { readonly type: 'token.request' }
  | {
      readonly type: 'event';
      readonly name: keyof ParleyEvents;
      readonly detail: ParleyEvents[keyof ParleyEvents];
    };

/** Versioned is a message as it is sent. */
export type Versioned<T> = T & { readonly v: number };
