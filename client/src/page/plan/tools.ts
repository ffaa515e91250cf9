// What the grid needs from the first edit on, not to be drawn. It has a file of
// its own, which is asked for as soon as the grid stands.

export { parseDate } from '../../replica/date-input';
export { dragging } from './drag';
export { default as Menu } from './menu.svelte';
export { default as Notices } from './notices.svelte';
export { default as OwnerEditor } from './owner-editor.svelte';
export { default as RowMenu } from './row-menu.svelte';
export { default as StatusEditor } from './status-editor.svelte';
export { default as TextEditor } from './text-editor.svelte';
