import { svelte } from '@sveltejs/vite-plugin-svelte';
import { page } from './vite.page.ts';

// The seller's pages: rooms, settings and sign-in, which no room loads.
export default page('desk', 'src/desk.ts', [svelte()]);
