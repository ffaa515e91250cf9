import { page } from './vite.page.ts';

// The watcher's page is drawn by the server; this is its style and the small
// script that keeps it up to date. It shares nothing with the room's page but
// the tokens of colour and type.
export default page('watch', 'src/watch/watch.ts');
