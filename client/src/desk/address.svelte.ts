// The seller's pages are one script: a link between them changes the address
// and what is shown, a step back goes back. Every address can be loaded by itself.

let path = $state(location.pathname);
addEventListener('popstate', () => {
  path = location.pathname;
});

/** here returns the path that is shown. */
export const here = (): string => path;

/** go shows another of the seller's pages. */
export function go(to: string): void {
  history.pushState(null, '', to);
  path = location.pathname;
  scrollTo(0, 0);
}

const OURS = /^\/(?:$|settings(?:\/|$))/;

/** follow takes a click on a link to one of these pages; others, and new tabs, are the browser's. */
export function follow(event: MouseEvent): void {
  if (
    event.defaultPrevented ||
    event.button !== 0 ||
    event.metaKey ||
    event.ctrlKey ||
    event.shiftKey ||
    event.altKey
  )
    return;
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (link === null || link.origin !== location.origin || link.target || !OURS.test(link.pathname)) return;
  event.preventDefault();
  go(link.pathname);
}
