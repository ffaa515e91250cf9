import { page } from './vite.page.ts';

// The door of a link that asks for something: it is seen by people who have
// nothing else of Parley yet.
export default page('door', 'src/door/door.ts');
