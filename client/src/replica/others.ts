import type { Pending } from './model';
import type { Me } from './types';

/** isOthers: somebody else typed this op in this tab. It is neither shown nor sent as me. */
export function isOthers(p: Pick<Pending, 'by'>, me: Me | null): boolean {
  return p.by !== null && me !== null && p.by !== me.id;
}
