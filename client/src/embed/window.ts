import type { RoomSession } from '../connection/session';

/**
 * openWindow opens the room in a window of its own as the person of the frame, to
 * watch alone where the site asks for less than editing. The frame's token stays in
 * the frame: another one, good for this once, goes as a form and so into no address.
 */
export async function openWindow(session: RoomSession, room: string, watch: boolean): Promise<void> {
  const name = `parley-${room}`;
  // Opened by the click itself: a browser keeps one that comes later from opening.
  const opened = window.open('about:blank', name);
  const body = JSON.stringify({ watch });
  const answer = await session
    .fetch(`/api/v1/rooms/${room}/handover`, { method: 'POST', body })
    .catch(() => null);
  if (answer === null || !answer.ok) {
    // Who has a way in of their own is let in by that.
    if (opened !== null) opened.location.href = new URL(`/r/${room}`, location.href).href;
    return;
  }
  const { token } = (await answer.json()) as { readonly token: string };
  const form = document.createElement('form');
  form.method = 'post';
  form.action = `/r/${room}/handover`;
  form.target = name;
  form.hidden = true;
  const field = document.createElement('input');
  field.name = 'token';
  field.value = token;
  form.append(field);
  document.body.append(form);
  form.submit();
  form.remove();
}
