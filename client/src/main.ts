import { mount } from 'svelte';
import { type Boot, RoomClient } from './connection/room-client';
import type { RoomSession } from './connection/session';
import { Address } from './page/address/address.svelte';
import { tokenOf } from './page/address/place';
import App from './page/app.svelte';
import { onDemand } from './page/later';
import { Room } from './page/room.svelte';

const boot = JSON.parse(document.getElementById('boot')?.textContent ?? 'null') as Boot;
const target = document.getElementById('app');
if (target === null) throw new Error('the page has no #app');

const connect = (session?: RoomSession): RoomClient =>
  new RoomClient({
    boot,
    token: tokenOf(location.pathname),
    predict: onDemand(async () => (await import('./replica/predict')).predict),
    ...(session && { session }),
  });
const show = (room: Room): void => void mount(App, { target, props: { room } });

if (boot.embed)
  void onDemand(() => import('./embed/embed'))().then(({ embed }) =>
    embed({ boot, target, connect, show, Address }),
  );
else open();

function open(): void {
  const client = connect();
  const promised = boot.link !== null && boot.link.side !== 'none' ? boot.link.access : null;
  // Who works on the plan lands on it, who watches on the overview.
  const watches = boot.me === null && promised === null;
  const room = new Room(client, new Address(watches ? 'overview' : 'plan'));
  room.promised = promised;
  room.promisedSide = boot.link?.side ?? null;
  show(room);
  client.start();
  void onDemand(() => import('./connection/looked'))().then(({ onLook }) =>
    onLook(
      () =>
        void client.api(`/rooms/${boot.room}/view`, { method: 'POST', body: '{}' }).catch(() => undefined),
    ),
  );
}
