import { page } from './vite.page.ts';

// The script by which a member enters a room, a kilobyte of its own: neither the
// room nor the seller's pages are loaded for it.
export default page('enter', 'src/enter.ts');
