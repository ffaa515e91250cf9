import { defineRoom } from './element';

// The script is loaded from the server whose rooms it shows; where it was copied
// elsewhere, the attribute origin says which.
const script = document.currentScript as HTMLScriptElement | null;
defineRoom(script === null ? '' : new URL(script.src, document.baseURI).origin);
