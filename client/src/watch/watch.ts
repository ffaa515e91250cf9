// The watcher's page, kept up to date: the server draws it, this fetches it
// again when the room says that something changed.
import './styles';
import { onLook } from '../connection/looked';
import { Framed } from './framed';
import { Live } from './live';
import { morph } from './morph';
import { Standing } from './standing';

const root = document.getElementById('page');
const token = /\/s\/([^/]+)/.exec(location.pathname)?.[1] ?? '';
if (root !== null && root.dataset.room !== undefined) {
  const page = { tag: root.dataset.tag ?? '', version: root.dataset.version ?? '' };
  const standing = new Standing();
  const framed = new Framed(root);
  const live = new Live({
    token,
    room: root.dataset.room,
    epoch: root.dataset.epoch ?? '',
    rev: Number(root.dataset.rev),
    onState: (state) => {
      standing.show(state);
      framed.follows(state);
    },
    onChange: refresh,
  });
  live.start();
  onLook(() => {
    const headers = { 'Content-Type': 'application/json', ...live.authorization() };
    const path = `/api/v1/rooms/${root.dataset.room}/view`;
    void fetch(path, { method: 'POST', credentials: 'omit', headers, body: '{}' }).catch(() => undefined);
  });

  // refresh shows the newest page, not older than rev; it returns the rev that is shown.
  async function refresh(rev: number): Promise<number | null> {
    const answer = await fetch(`${location.pathname}?rev=${rev}`, {
      cache: 'no-store',
      credentials: 'omit',
      headers: { 'If-None-Match': `"${page.tag}"`, ...live.authorization() },
    });
    if (answer.status === 304) return rev;
    if (!answer.ok && answer.status !== 404) return null;
    const found = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const next = found.getElementById('page');
    if (found.getElementById('door') !== null) location.reload(); // the link asks for something now
    if (next === null || root === null) return null;
    if (next.dataset.version !== page.version) {
      location.reload(); // another server's page needs another script
      return null;
    }
    page.tag = next.dataset.tag ?? '';
    morph(root, next);
    standing.again();
    framed.drawn();
    if (!answer.ok) {
      live.stop(); // it was taken back: a notice is on the screen now
      framed.ended();
    }
    return Number(next.dataset.rev ?? rev);
  }
}
