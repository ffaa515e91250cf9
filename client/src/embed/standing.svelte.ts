/** Before is what stands in the place of a room that is not there yet. */
export type Before = 'loading' | 'silent' | 'refused' | 'offline';

/** Standing is how a frame stands with the page around it and with the server. */
export class Standing {
  /** before is null once the room is shown. */
  before: Before | null = $state('loading');
  /** ended: the session is over, and the page around has no other one. */
  ended = $state(false);
  /** away: the room is shown, and the server cannot be reached. */
  away = $state(false);
}
