/** toSignIn leads to signing in, and from there back to the page that is shown. */
export function toSignIn(): void {
  const here = location.pathname + location.search;
  location.replace(here === '/' ? '/signin' : `/signin?next=${encodeURIComponent(here)}`);
}

/** wanted returns the page that somebody wanted before they were asked to sign in. */
export const wanted = (): string =>
  ownPage(new URLSearchParams(location.search).get('next'), location.origin);

/** ownPage returns a page of this site to go to, "/" for anything that is none: the address comes from outside. */
export function ownPage(next: string | null, origin: string): string {
  if (!next?.startsWith('/')) return '/';
  const url = new URL(next, origin);
  const path = url.pathname + url.search + url.hash;
  return url.origin !== origin || path.startsWith('//') || /^\/signin(?:\/|$)/.test(url.pathname)
    ? '/'
    : path;
}
