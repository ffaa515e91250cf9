/** Embedding is what the server says about putting the room into a site. */
export interface Embedding {
  readonly page: string;
  readonly script: string;
  readonly pinned?: string;
  readonly integrity?: string;
  readonly portals: readonly {
    readonly id: string;
    readonly name: string;
    readonly origins: readonly string[];
  }[];
}

/** Host is a kind of site, and what is done there. */
export interface Host {
  readonly id: string;
  readonly label: string;
  /** origins are those that a portal for it needs; none where they are the site's own. */
  readonly origins: readonly string[];
  readonly steps: readonly string[];
  /** with is what is pasted: the element and its script, the package, or a plain frame of a shared link. */
  readonly with: 'script' | 'npm' | 'frame';
}

/** HOSTS are the sites that people ask for, the plainest first. */
export const HOSTS: readonly Host[] = [
  {
    id: 'web',
    label: 'A website or portal of your own',
    origins: [],
    steps: [
      'Put this where the room goes.',
      'Let /api/parley-token answer with a token for whoever is signed in.',
    ],
    with: 'script',
  },
  {
    id: 'npm',
    label: 'A web app (npm)',
    origins: [],
    steps: ['npm install @parley/embed', 'Add the element where it goes.'],
    with: 'npm',
  },
  {
    id: 'frame',
    label: 'Any site, read only',
    origins: [],
    steps: [
      'Make a link that only watches under Link.',
      'Paste this, with the last part of the link as TOKEN.',
    ],
    with: 'frame',
  },
  {
    id: 'salesforce',
    label: 'Salesforce',
    origins: ['https://*.lightning.force.com', 'https://*.my.site.com'],
    steps: [
      'Setup → Trusted URLs: add this server, with frame-src.',
      'Lightning: paste the frame into a component.',
      'Experience Cloud: put the script into the head markup instead, and the element on the page.',
    ],
    with: 'frame',
  },
  {
    id: 'hubspot',
    label: 'HubSpot',
    origins: ['https://*.hubspot.com'],
    steps: ['In a card, open the address of the frame with actions.openIframeModal.'],
    with: 'frame',
  },
  {
    id: 'pipedrive',
    label: 'Pipedrive',
    origins: ['https://*.pipedrive.com'],
    steps: ['Make a custom panel, and show the frame in it.'],
    with: 'frame',
  },
  {
    id: 'sharepoint',
    label: 'SharePoint',
    origins: ['https://*.sharepoint.com'],
    steps: [
      'Site settings → HTML field security: add this server.',
      'Paste the frame into the Embed web part.',
    ],
    with: 'frame',
  },
  {
    id: 'teams',
    label: 'Microsoft 365 and Teams',
    origins: [
      'https://*.cloud.microsoft',
      'https://teams.microsoft.com',
      'https://*.teams.microsoft.com',
      'https://*.microsoft365.com',
      'https://*.office.com',
      'https://outlook.office.com',
    ],
    steps: ['Add a website tab with the address of the frame, or show it in an app of your own.'],
    with: 'frame',
  },
  {
    id: 'notion',
    label: 'Notion',
    origins: ['https://*.notion.so', 'https://*.notion.site'],
    steps: ['Type /embed and paste the address of the frame.'],
    with: 'frame',
  },
];

/** snippet is what is pasted into a host. */
export function snippet(host: Host, room: string, { page, script, pinned, integrity }: Embedding): string {
  const origin = new URL(page).origin;
  switch (host.with) {
    case 'script':
      return [
        '<style>parley-room { display: block; min-height: 480px }</style>',
        pinned === undefined
          ? `<script async src="${script}"></script>`
          : `<script async src="${pinned}"\n  integrity="${integrity}" crossorigin="anonymous"></script>`,
        `<parley-room room="${room}" view="plan" token-url="/api/parley-token"></parley-room>`,
      ].join('\n');
    case 'npm':
      return [
        "import { loadParleyRoom } from '@parley/embed';",
        '',
        'const room = await loadParleyRoom({',
        `  origin: '${origin}',`,
        `  room: '${room}',`,
        "  fetchToken: () => fetch('/api/parley-token').then((response) => response.text()),",
        '});',
        "document.querySelector('#slot').append(room);",
      ].join('\n');
    case 'frame':
      return `<iframe src="${origin}/e/s/TOKEN" title="Shared plan"\n  width="960" height="640" style="border:0" loading="lazy"></iframe>`;
  }
}

/** missing are the origins that no portal has yet. */
export function missing(host: Host, { portals }: Embedding): readonly string[] {
  const there = new Set(portals.flatMap((portal) => portal.origins));
  return host.origins.filter((origin) => !there.has(origin));
}
