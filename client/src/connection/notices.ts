import type { Notice } from '../replica/model';
import type { Op } from '../replica/types';

/** addNotice puts a notice last, in place of one that said the same. */
export function addNotice(notices: readonly Notice[], notice: Notice): readonly Notice[] {
  return [...notices.filter((n) => n.id !== notice.id), notice];
}

/** dropNotice takes one back. */
export function dropNotice(notices: readonly Notice[], id: string): readonly Notice[] {
  return keep(notices, (n) => n.id !== id);
}

/** settleNotices takes back what was said about fields that ops now edit again. */
export function settleNotices(notices: readonly Notice[], ops: readonly Op[]): readonly Notice[] {
  const edited = new Set<string>();
  for (const op of ops) {
    if (!('set' in op)) continue;
    for (const field of Object.keys(op.set)) edited.add('id' in op ? `${op.id}/${field}` : `room/${field}`);
  }
  return keep(
    notices,
    (n) => !edited.has(`${n.record}/${n.field}`) && !(n.entity === 'room' && edited.has(`room/${n.field}`)),
  );
}

// keep returns the same list when nothing goes.
function keep(notices: readonly Notice[], stays: (notice: Notice) => boolean): readonly Notice[] {
  const kept = notices.filter(stays);
  return kept.length === notices.length ? notices : kept;
}
