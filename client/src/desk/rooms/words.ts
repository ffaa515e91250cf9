import { daysBetween, formatDay } from '../../replica/dates';
import type { Line } from './list';

export const HEALTH_WORDS = { late: 'Late', at_risk: 'At risk', on_track: 'On track' } as const;
export const HEALTH_CLASSES = { late: 'block', at_risk: 'risk', on_track: 'done' } as const;
export const STATUS_WORDS = {
  draft: 'Draft',
  active: '',
  won: 'Won',
  lost: 'Lost',
  archived: 'Archived',
} as const;

/** day writes a day beside the room's own today. */
export const day = (line: Line, d: string): string => formatDay(d, navigator.language, 'short', line.today);

/** countdown says how far go-live is: "T−12", "today", "T+3". */
export function countdown(line: Line): string {
  if (line.go_live === undefined) return '';
  const days = daysBetween(line.today, line.go_live);
  if (days === 0) return 'today';
  return days > 0 ? `T−${days}` : `T+${-days}`;
}

/** ballWith names the companies that have the next step. */
export function ballWith(line: Line): string {
  switch (line.next_milestone?.with) {
    case undefined:
      return line.progress.total === 0 ? 'Nothing planned' : 'All done';
    case 'seller':
      return line.seller_company;
    case 'buyer':
      return line.buyer_company;
    case 'both':
      return 'Both companies';
    case 'nobody':
      return 'No owner yet';
  }
}

/** runwaySentence says what the small runway shows. */
export function runwaySentence(line: Line): string {
  const { done, total } = line.progress;
  const late = line.runway.dots.some((dot) => dot.look === 'late');
  const blocked = line.runway.dots.some((dot) => dot.look === 'blocked');
  return [`${done} of ${total} done`, late ? 'some late' : '', blocked ? 'some blocked' : '']
    .filter(Boolean)
    .join(', ');
}
