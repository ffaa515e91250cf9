/** AuditEvent is one decision about access. */
export interface AuditEvent {
  readonly id: number;
  readonly at: string;
  readonly action: string;
  readonly actor: { readonly kind: string; readonly name?: string };
  readonly detail?: string;
  readonly source?: string;
  readonly times: number;
}

/** ACTIONS says what was done, after who did it. */
export const ACTIONS: Readonly<Record<string, string>> = {
  granted: 'was let in',
  denied: 'was not let in',
  'code.requested': 'asked for a code',
  'code.failed': 'showed a wrong code or an old link',
  'identity.linked': 'signed in by OpenID Connect for the first time',
  'identity.refused': 'was refused: at the provider somebody else has that address',
  signin: 'signed in',
  signout: 'signed out',
  'session.ended': 'ended a session',
  'member.added': 'invited a member',
  'member.changed': 'changed a role',
  'member.removed': 'removed a member',
  'key.made': 'made an API key',
  'key.revoked': 'revoked an API key',
  'link.made': 'made a link',
  'link.changed': 'changed a link',
  'link.revoked': 'revoked a link',
  'room.made': 'made a room',
  'calendar.made': 'made a calendar address',
  'calendar.ended': 'ended a calendar address',
  'settings.changed': 'changed settings',
};

const NAMELESS: Readonly<Record<string, string>> = {
  visitor: 'Somebody',
  key: 'An API key',
  server: 'The server',
  participant: 'Somebody in a room',
  account: 'A member',
};

/** actor names who did it. */
export const actor = (event: AuditEvent): string =>
  event.actor.name || (NAMELESS[event.actor.kind] ?? 'Somebody');
