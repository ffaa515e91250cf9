/** Ended says whether the session is over and the page around has no other one. */
export class Ended {
  ended = $state(false);
}
