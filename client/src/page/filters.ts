import type { MilestoneView, PlanView } from '../replica/view-types';

/** Filter is which milestones the plan shows. */
export type Filter = 'all' | 'buyer' | 'seller' | 'mine' | 'late';

/** FILTERS lists the filters in the order they are shown. */
export const FILTERS: readonly Filter[] = ['all', 'buyer', 'seller', 'mine', 'late'];

/** passes reports whether a milestone is shown under a filter. */
export function passes(m: MilestoneView, filter: Filter, me: string | null): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'buyer':
    case 'seller':
      return m.owners[filter] !== null;
    case 'mine':
      return me !== null && (m.owners.buyer?.person?.id === me || m.owners.seller?.person?.id === me);
    case 'late':
      return m.late;
  }
}

/** count is how many milestones pass a filter. */
export function count(view: PlanView, filter: Filter, me: string | null): number {
  let n = 0;
  for (const m of view.milestones.values()) if (passes(m, filter, me)) n += 1;
  return n;
}
