import '../page/tokens.css';
import '../page/base.css';
import './door.css';
import { ask, type Refusal } from './api';
import { forget, remember, remembered } from './remember';

// The door of a link: what is typed goes to the server, and what it opens takes this page's place.

interface Who {
  readonly token: string;
  name?: string;
  email?: string;
  password?: string;
  ticket?: string;
  code?: string;
}

const who: Who = { token: /\/(?:join|s)\/([^/]+)/.exec(location.pathname)?.[1] ?? '' };
const door = part('door', HTMLFormElement);
const wantsCode = door.hasAttribute('data-code');

function part<T extends Element>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the door has no #${id}`);
  return found;
}

/** open shows what a session opens; false when it opens nothing any more. */
async function open(session: string): Promise<boolean> {
  const answer = await fetch(location.pathname + location.search, {
    credentials: 'omit',
    headers: { Authorization: `Bearer ${session}` },
  });
  const page = await answer.text();
  if (!answer.ok || page.includes('id="door"')) return false;
  document.open();
  document.write(page);
  document.close();
  return true;
}

/** come joins with what was typed. */
async function come(): Promise<Refusal | null> {
  const answer = await ask<{ session_token: string }>('/api/v1/join', who);
  if (!answer.ok) return answer;
  remember(who.token, answer.value.session_token);
  if (!(await open(answer.value.session_token))) location.reload();
  return null;
}

/** take has a form do its work by script, and says what is wrong below the field. */
function take(
  form: HTMLFormElement,
  problem: string,
  work: (data: FormData) => Promise<Refusal | null>,
): void {
  const says = part(problem, HTMLParagraphElement);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const button = form.querySelector('button:not([type="button"])');
    if (!(button instanceof HTMLButtonElement) || button.disabled) return;
    for (const field of fields(form)) field.removeAttribute('aria-invalid');
    const empty = fields(form).find((field) => field.required && field.value.trim() === '');
    if (empty !== undefined) {
      wrong(form, says, { message: 'Please fill this in.', field: empty.name });
      return;
    }
    button.disabled = true;
    says.textContent = '';
    void work(new FormData(form)).then((refusal) => {
      button.disabled = false;
      if (refusal !== null) wrong(form, says, refusal);
    });
  });
}

function fields(form: HTMLFormElement): (HTMLInputElement | HTMLTextAreaElement)[] {
  return [...form.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('input, textarea')];
}

function wrong(form: HTMLFormElement, says: HTMLElement, { message, field }: Refusal): void {
  says.textContent = message;
  const at = fields(form).find((f) => f.name === field);
  if (at === undefined) return;
  at.setAttribute('aria-invalid', 'true');
  at.setAttribute('aria-describedby', says.id);
  at.focus();
}

function read(data: FormData): void {
  for (const name of ['name', 'email', 'password'] as const) {
    const value = data.get(name);
    if (typeof value === 'string') who[name] = name === 'password' ? value : value.trim();
  }
}

take(door, 'problem', async (data) => {
  read(data);
  if (!wantsCode) return come();
  const { token, email, password } = who;
  const asked = await ask<{ ticket: string }>('/api/v1/door/code', { token, email, password });
  if (!asked.ok) return asked;
  who.ticket = asked.value.ticket;
  door.hidden = true;
  part('code-form', HTMLFormElement).hidden = false;
  part('sent', HTMLParagraphElement).textContent =
    `If this plan is shared with ${email}, a code is in your mailbox within a minute. It is good for ten minutes.`;
  part('code', HTMLInputElement).focus();
  document.getElementById('ask')?.removeAttribute('hidden');
  return null;
});

if (wantsCode) {
  const codeForm = part('code-form', HTMLFormElement);
  take(codeForm, 'code-problem', async (data) => {
    who.code = String(data.get('code') ?? '');
    return come();
  });
  part('back', HTMLButtonElement).addEventListener('click', () => {
    codeForm.hidden = true;
    codeForm.reset();
    document.getElementById('ask')?.setAttribute('hidden', '');
    door.hidden = false;
    part('email', HTMLInputElement).focus();
  });
}

if (document.getElementById('ask') !== null) {
  take(part('ask-form', HTMLFormElement), 'ask-problem', async (data) => {
    const { token, name, email, password } = who;
    const message = String(data.get('message') ?? '').trim();
    const asked = await ask('/api/v1/door/request', {
      token,
      name,
      email,
      password,
      message: message || undefined,
    });
    if (!asked.ok) return asked;
    const done = document.createElement('p');
    done.className = 'lead';
    done.setAttribute('role', 'status');
    done.textContent = 'Asked. If they let you in, a link of your own comes by mail.';
    part('ask', HTMLElement).replaceChildren(done);
    return null;
  });
}

// Somebody who came in before need not say it again.
const before = remembered(who.token);
const known = before === null ? Promise.resolve(false) : open(before).catch(() => false);
void known.then((opened) => {
  if (opened) return;
  if (before !== null) forget(who.token);
  part('go', HTMLButtonElement).disabled = false;
  fields(door)[0]?.focus();
});
