import { addDays, weekday } from '../../replica/dates';
import type { Consequence } from './consequences';
import { dates } from './read';

const [FRIDAY, SUNDAY] = [5, 7];

/** offDayWords says what became of dates that would lie on a day off; "" for none. */
export function offDayWords(moved: readonly Consequence[], by: number): string {
  const off = moved.filter((c) => c.offDay);
  if (off.length === 0) return '';
  const weekend = off.every(({ from, to }) => {
    const would = weekday(addDays(from, by));
    return would > FRIDAY && would <= SUNDAY && weekday(to) === FRIDAY;
  });
  const fall = `${dates(off.length)} ${off.length === 1 ? 'falls' : 'fall'}`;
  return weekend
    ? `${fall} on a weekend → moved to Friday`
    : `${fall} on a day off → moved to the working day before`;
}
