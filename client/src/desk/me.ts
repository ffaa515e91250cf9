import { type Answer, call } from './call';

/** Role is what a member may do in a workspace. */
export type Role = 'owner' | 'admin' | 'member';

/** Me is who is signed in. */
export interface Me {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly workspace: Workspace;
  /** others are the workspaces that they are a member of as well. */
  readonly others: readonly Workspace[];
}

/** Workspace is a selling company. */
export interface Workspace {
  readonly id: string;
  readonly name: string;
  /** unnamed says that nobody has said the company's name yet. */
  readonly unnamed?: boolean;
}

/** manages says whether the workspace's people, keys and settings are theirs to change. */
export const manages = (me: Me): boolean => me.role !== 'member';

/** whoIsHere asks who is signed in. */
export const whoIsHere = (): Promise<Answer<Me>> => call<Me>('/account');
