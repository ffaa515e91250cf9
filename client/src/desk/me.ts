import { type Answer, call } from './call';

/** Role is what a member may do in a workspace. */
export type Role = 'owner' | 'admin' | 'member';

/** Me is who is signed in. */
export interface Me {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly workspace: { readonly id: string; readonly name: string };
}

/** manages says whether the workspace's people, keys and settings are theirs to change. */
export const manages = (me: Me): boolean => me.role !== 'member';

/** whoIsHere asks who is signed in. */
export const whoIsHere = (): Promise<Answer<Me>> => call<Me>('/account');
