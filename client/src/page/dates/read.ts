import { type DateInput, parseDate } from '../../replica/date-input';
import { LOCALE, type Room } from '../room.svelte';

/** readDay reads a date that somebody typed, known being the one that was there before; a dialog needs one. */
export function readDay(room: Room, text: string, known: string | null = null): DateInput {
  if (known !== null && text === room.longDay(known)) return { ok: true, day: known };
  const { today, room: plan } = room.view;
  const read = parseDate(text, { locale: LOCALE, today, goLive: plan?.go_live ?? null });
  return read.ok && read.day === null ? { ok: false, message: 'Type a date, like “22 oct” or “+2w”.' } : read;
}

/** days counts them in words. */
export function days(n: number): string {
  return `${n} ${n === 1 ? 'day' : 'days'}`;
}

/** dates counts them in words. */
export function dates(n: number): string {
  return `${n} ${n === 1 ? 'date' : 'dates'}`;
}
