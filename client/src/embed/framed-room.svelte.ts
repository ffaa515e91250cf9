import { Room } from '../page/room.svelte';
import type { Access } from '../replica/types';

const MOST: Readonly<Record<string, Access>> = { view: 'viewer', comment: 'commenter' };
const RANK: readonly Access[] = ['viewer', 'commenter', 'contributor', 'editor', 'owner'];

/** FramedRoom is a room of which a site may ask that less be done in it than the person may. */
export class FramedRoom extends Room {
  /** mode is the site's: view, comment or edit. */
  mode = $state('');

  override may(access: Access): boolean {
    const most = MOST[this.mode];
    return super.may(access) && (most === undefined || RANK.indexOf(access) <= RANK.indexOf(most));
  }
}
