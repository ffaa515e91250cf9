import { instantMs } from '../../replica/dates';

const MINUTE_MS = 60_000;

/** ago says how long an instant is past, "2 min ago"; after a day its date says more. */
export function ago(at: string, nowMs: number, locale: string): string {
  const ms = instantMs(at);
  if (ms === null) return '';
  const minutes = Math.max(0, Math.floor((nowMs - ms) / MINUTE_MS));
  const relative = new Intl.RelativeTimeFormat(locale, { style: 'short', numeric: 'auto' });
  if (minutes < 1) return 'just now';
  if (minutes < 60) return relative.format(-minutes, 'minute');
  if (minutes < 24 * 60) return relative.format(-Math.floor(minutes / 60), 'hour');
  return new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }).format(ms);
}

/** dayOf names the local day of an instant: "Today", or "Thu, 22 Oct". */
export function dayOf(at: string, nowMs: number, locale: string): string {
  const ms = instantMs(at);
  if (ms === null) return '';
  const format = new Intl.DateTimeFormat(locale, { weekday: 'short', day: 'numeric', month: 'short' });
  const day = format.format(ms);
  return day === format.format(nowMs) ? 'Today' : day;
}

/** exactly writes an instant in full, in the reader's own zone. */
export function exactly(at: string, locale: string): string {
  const ms = instantMs(at);
  return ms === null
    ? ''
    : new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'long' }).format(ms);
}
