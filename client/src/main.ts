import { mount } from 'svelte';
import { type Boot, RoomClient } from './connection/room-client';
import App from './page/app.svelte';
import { Room } from './page/room.svelte';

const boot = JSON.parse(document.getElementById('boot')?.textContent ?? 'null') as Boot;
const target = document.getElementById('app');
if (target === null) throw new Error('the page has no #app');

const client = new RoomClient({ boot, token: tokenOf(location.pathname) });
const room = new Room(client);
room.promised = boot.link !== null && boot.link.side !== 'none' ? boot.link.access : null;
mount(App, { target, props: { room } });
client.start();

// tokenOf returns the link token of /join/{token} and /s/{token}; null elsewhere.
function tokenOf(path: string): string | null {
  return /^\/(?:join|s)\/([^/]+)\/?$/.exec(path)?.[1] ?? null;
}
