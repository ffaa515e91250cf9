import type { Status } from '../replica/view-types';

/** STATUSES lists the statuses in the order of the keys 1 to 5. */
export const STATUSES: readonly Status[] = ['not_started', 'in_progress', 'blocked', 'done', 'cancelled'];

/** STATUS_WORDS are what people read. */
export const STATUS_WORDS: Readonly<Record<Status, string>> = {
  not_started: 'Not started',
  in_progress: 'In progress',
  blocked: 'Blocked',
  done: 'Done',
  cancelled: 'Not needed',
};

/** STATUS_CLASSES are the classes that colour a status. */
export const STATUS_CLASSES: Readonly<Record<Status, string>> = {
  not_started: 'todo',
  in_progress: 'prog',
  blocked: 'block',
  done: 'done',
  cancelled: 'skip',
};
