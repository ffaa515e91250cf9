import { svelte } from '@sveltejs/vite-plugin-svelte';
import { page } from './vite.page.ts';

// The page that makes rooms: the first screen of a room has nothing to do with it.
export default page('new', 'src/new.ts', [svelte()]);
