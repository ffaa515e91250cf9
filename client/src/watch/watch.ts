// The watcher's page, kept up to date: the server draws it, this fetches it
// again when the room says that something changed.
import './styles';
import { Live } from './live';
import { morph } from './morph';
import { Standing } from './standing';

const root = document.getElementById('page');
const token = /\/s\/([^/]+)/.exec(location.pathname)?.[1] ?? '';
if (root !== null && root.dataset.room !== undefined) {
  const page = { tag: root.dataset.tag ?? '', version: root.dataset.version ?? '' };
  const standing = new Standing();
  const live = new Live({
    token,
    room: root.dataset.room,
    epoch: root.dataset.epoch ?? '',
    rev: Number(root.dataset.rev),
    onState: (state) => standing.show(state),
    onChange: refresh,
  });
  live.start();

  // refresh shows the newest page, not older than rev; it returns the rev that is shown.
  async function refresh(rev: number): Promise<number | null> {
    const answer = await fetch(`${location.pathname}?rev=${rev}`, {
      cache: 'no-store',
      credentials: 'omit',
      headers: { 'If-None-Match': `"${page.tag}"`, ...live.authorization() },
    });
    if (answer.status === 304) return rev;
    if (!answer.ok && answer.status !== 404) return null;
    const next = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('page');
    if (next === null || root === null) return null;
    if (next.dataset.version !== page.version) {
      location.reload(); // another server's page needs another script
      return null;
    }
    page.tag = next.dataset.tag ?? '';
    morph(root, next);
    standing.again();
    if (!answer.ok) live.stop(); // it was taken back: a notice is on the screen now
    return Number(next.dataset.rev ?? rev);
  }
}
