import { type Answer, send } from '../call';

/** provider is what people call the OpenID Connect provider that they may sign in at, "" for none. */
export const provider: string = labelOf(document.getElementById('boot')?.textContent ?? '{}');

function labelOf(boot: string): string {
  const { provider = '' } = JSON.parse(boot) as { provider?: string };
  return provider;
}

/** leave goes to the provider, and from there to next; the answer says why it does not. */
export async function leave(next: string): Promise<Answer<{ url: string }>> {
  const answer = await send<{ url: string }>('POST', '/signin/oidc', { next });
  if (answer.ok) location.assign(answer.value.url);
  return answer;
}

/** arrive signs in with what the provider had this browser bring back, null when that is nothing. */
export async function arrive(): Promise<Answer<{ next?: string }> | null> {
  const came = new URLSearchParams(location.search);
  history.replaceState(null, '', location.pathname); // a code is of no use to who looks at the screen, or back
  const body: Record<string, string> = {};
  for (const name of ['state', 'code', 'error', 'iss']) {
    const value = came.get(name);
    if (value !== null) body[name] = value;
  }
  return body.state === undefined ? null : send<{ next?: string }>('POST', '/signin/oidc/verify', body);
}
