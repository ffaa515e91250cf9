/** View is what of the room is shown. */
export type View = 'overview' | 'plan' | 'timeline' | 'people' | 'activity' | 'badge';

/** Theme is whose colours are used; auto follows the system. */
export type Theme = 'light' | 'dark' | 'auto';

/** MilestoneChanges says what became of which field; values are given for dates, states and flags. */
export type MilestoneChanges = Readonly<
  Record<string, { readonly from?: string | boolean | null; readonly to?: string | boolean | null }>
>;

interface MilestoneEvent {
  readonly id: string;
  readonly changes: MilestoneChanges;
  /** by is the company that made the change, never the person. */
  readonly by: { readonly side: string | null };
}

/** ParleyEvents are the events of <parley-room> and their details. No names, no addresses. */
export interface ParleyEvents {
  ready: { readonly view: string };
  resize: { readonly height: number };
  navigate: { readonly view: string; readonly milestone: string | null };
  'auth.required': Record<string, never>;
  'auth.expired': Record<string, never>;
  error: { readonly code: string; readonly message: string };
  'connection.changed': { readonly state: string };
  'plan.progress': {
    readonly done: number;
    readonly total: number;
    readonly slipDays: number | null;
    readonly goLive: string | null;
  };
  'milestone.created': MilestoneEvent;
  'milestone.updated': MilestoneEvent;
  'milestone.completed': MilestoneEvent;
  'milestone.deleted': MilestoneEvent;
  'comment.created': { readonly id: string; readonly milestoneId: string | null };
  'presence.changed': { readonly count: number };
  'theme.adjusted': { readonly accent: string; readonly light: string; readonly dark: string };
}

declare global {
  interface HTMLElementTagNameMap {
    'parley-room': ParleyRoom;
  }
}

/** ParleyRoom is the element <parley-room>. */
export interface ParleyRoom extends HTMLElement {
  /** fetchToken gets a token from the page's own back end; it wins over the attribute token-url. */
  fetchToken: (() => Promise<string>) | null;
  /** setView shows another view of the room. */
  setView(view: View): void;
  /** focusMilestone opens a milestone. */
  focusMilestone(id: string): void;
  /** setTheme changes whose colours are used. */
  setTheme(theme: Theme): void;
  /** refreshToken asks for a token anew, as after auth.expired. */
  refreshToken(): void;
  /** destroy ends the frame and takes the element out of the page. */
  destroy(): void;
  addEventListener<K extends keyof ParleyEvents>(
    type: K,
    listener: (this: ParleyRoom, event: CustomEvent<ParleyEvents[K]>) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}
