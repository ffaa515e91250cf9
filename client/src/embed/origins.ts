/** allows reports whether a page of an origin may show the room: as the server's policy says it. */
export function allows(list: readonly string[], origin: string): boolean {
  return list.some((allowed) => {
    if (allowed === origin) return true;
    const [scheme, domain] = allowed.split('://*.');
    if (domain === undefined || !origin.startsWith(`${scheme}://`)) return false;
    const host = origin.slice(`${scheme}://`.length);
    return host.endsWith(`.${domain}`) && host.length > domain.length + 1;
  });
}
