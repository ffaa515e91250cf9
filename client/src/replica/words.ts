import { fromDayNumber } from './dates';
import { type Item, inRange, isLate, latest, type Scheduler } from './schedule';

// The sentences of a schedule, as the server writes them (room/words.go).

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const CLIP = 40;

/** dayWords writes a day as "22 Oct", with the year when it is not today's. */
export function dayWords(day: number, today: number): string {
  const [year, month, dom] = fromDayNumber(inRange(day)).split('-');
  const words = `${Number(dom)} ${MONTHS[Number(month) - 1]}`;
  return year === fromDayNumber(today).slice(0, 4) ? words : `${words} ${year}`;
}

/** named puts the milestone's title before what is said of it. */
export function named(m: Item, said: string): string {
  return `“${clip(m.title)}” ${said}`;
}

/** unfilledText says that nobody has a role. */
export function unfilledText(company: string, label: string): string {
  return `No one from ${company} ${clip(label)} yet`.split(/\s+/).join(' ');
}

/** slipText says where go-live is heading. */
export function slipText(plan: Scheduler, slip: number): string {
  const verb = plan.forecast === plan.goLiveDay ? 'is set for' : 'is heading for';
  const kind = plan.agreedDay === null ? 'planned' : 'agreed';
  const to = dayWords(plan.forecast ?? 0, plan.now);
  const text = `Go-live ${verb} ${to}, ${count(slip, 'day')} after the ${kind} ${dayWords(plan.reference, plan.now)}`;
  const cause = plan.cause;
  return cause === null || cause === plan.goLive ? text : `${text}, because of “${clip(cause.title)}”`;
}

export function onTrackText(plan: Scheduler): string {
  if (plan.items.length === 0) return 'Nothing is planned yet';
  if (plan.goLive?.status === 'done') return 'Go-live is done';
  return plan.goLiveDay === null ? 'Nothing is late' : 'Nothing is late, and go-live can be kept';
}

/** shortText says of a milestone that is short of time how much it has. */
export function shortText(m: Item, today: number): string {
  const missed = missedText(m, today);
  if (missed !== null) return missed;
  const slack = latest(m)?.slack ?? 0;
  return slack === 0 ? 'has no working day to spare' : `has ${count(slack, 'working day')} to spare`;
}

// missedText: a latest start or finish is in the past, or cannot be kept.
function missedText(m: Item, today: number): string | null {
  const bounds = latest(m);
  if (bounds === null) return null;
  const { start, finish, slack } = bounds;
  if (m.days > 0 && !m.started && start < today)
    return `had to start ${count(m.own.between(start - 1, today - 1), 'working day')} ago`;
  const ago = m.own.between(finish, today);
  if (finish < today && ago > 0) return `had to be done ${count(ago, 'working day')} ago`;
  return slack < 0 ? `is ${count(-slack, 'working day')} too late for what follows` : null;
}

/** sentence says what matters most about a milestone; null for one that is not open. */
export function sentence(m: Item, today: number): string | null {
  const text = m.open ? sentenceOf(m, today) : null;
  return text === null ? null : text.charAt(0).toUpperCase() + text.slice(1);
}

function sentenceOf(m: Item, today: number): string | null {
  const missed = missedText(m, today);
  if (missed !== null) return missed;
  if (isLate(m, today)) return `was due ${dayWords(m.due ?? 0, today)}`;
  if (m.due !== null && m.forecast > m.due) {
    const days = count(m.forecast - m.due, 'day');
    return `is heading for ${dayWords(m.forecast, today)}, ${days} after its date`;
  }
  const bounds = latest(m);
  if (bounds?.start === today && m.days > 0 && !m.started) return 'has to start today';
  if (m.goLive) return null;
  if (m.drives) return 'drives go-live';
  return bounds === null ? null : shortText(m, today);
}

function count(n: number, unit: string): string {
  return `${n} ${unit}${n === 1 ? '' : 's'}`;
}

function clip(text: string): string {
  const all = [...text];
  return all.length > CLIP ? `${all.slice(0, CLIP).join('')}…` : text;
}
