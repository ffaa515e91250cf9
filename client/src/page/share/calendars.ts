/** Calendar is a calendar address, as the server lists it: without the address. */
export interface Calendar {
  readonly id: string;
  readonly shows: 'mine' | 'plan';
  /** participant is whose it is, null for who watches by a link. */
  readonly participant: string | null;
  readonly room_name: string;
  readonly link_label: string;
  readonly created_at: string;
  /** last_used_at is when a calendar last asked, to the hour. */
  readonly last_used_at: string | null;
}

/** SHOWS says what a calendar has. */
export const SHOWS: Readonly<Record<Calendar['shows'], string>> = {
  mine: 'My milestones',
  plan: 'The whole plan',
};

/** WAITING is how late a calendar may be, and why nobody is to worry. */
export const WAITING =
  'Subscribe to it from URL. It is shown this once, and is yours alone. Google Calendar can take a day to catch up.';

/** webcal is an address as calendar programs open it. */
export const webcal = (url: string): string => url.replace(/^https?:/, 'webcal:');
