/** askForToken gets a token from the page's own back end: the text, or {"token": …}. */
export async function askForToken(url: string, room: string): Promise<string> {
  const at = new URL(url, document.baseURI);
  if (!at.searchParams.has('room')) at.searchParams.set('room', room);
  const response = await fetch(at.href, { credentials: 'same-origin', cache: 'no-store' });
  if (!response.ok) throw new Error(`${at.pathname} answered ${response.status}`);
  const text = (await response.text()).trim();
  if (!text.startsWith('{')) return text;
  const { token } = JSON.parse(text) as { token?: unknown };
  if (typeof token !== 'string') throw new Error(`${at.pathname} answered without a token`);
  return token;
}
