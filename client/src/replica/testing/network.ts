import type { ClientFrame, ServerFrame } from '../frames';
import type { Effect, Notice, Replica, ReplicaEvent } from '../model';
import { create, hello, reduce } from '../replica';
import { readSaved, save } from '../saved';
import type { Commit, Op, Stream } from '../types';
import { MODEL_STREAMS, type ModelServer } from './server';

// Far more than any run needs: whoever gets here goes round in circles.
const MAX_STEPS = 20_000;

/** Tab is one replica on a network that breaks, delays, repeats and loses. */
export class Tab {
  readonly me: string;
  readonly network: Network;
  replica: Replica;
  connected = false;
  up: ClientFrame[] = [];
  down: ServerFrame[] = [];
  readonly fetches: Stream[] = [];
  readonly waits: Stream[] = [];
  readonly notices: Notice[] = [];
  /** acked are the commits that this tab was told to be durable. */
  readonly acked: { readonly stream: Stream; readonly rev: number; readonly epoch: string }[] = [];
  #clients = 0;
  #restart = false;

  constructor(network: Network, me: string) {
    this.network = network;
    this.me = me;
    this.replica = this.#fresh();
  }

  dispatch(event: ReplicaEvent): void {
    if (event.kind === 'frame' && event.frame.t === 'ack') {
      const { stream, rev } = event.frame;
      this.acked.push({ stream, rev, epoch: this.network.server.stream(stream).epoch });
    }
    const step = reduce(this.replica, event);
    this.replica = step.replica;
    for (const effect of step.effects) this.#perform(effect);
    if (!this.#restart) return;
    this.#restart = false;
    this.disconnect(this.up.length);
    this.connect();
  }

  propose(stream: Stream, op: Op): void {
    this.dispatch({ kind: 'propose', stream, ops: [op], group: false, at: '2026-10-22T10:00:00.000000Z' });
  }

  connect(): void {
    if (this.connected) return;
    this.connected = true;
    const { client } = this.replica;
    this.down = this.network.server.welcome(client, this.me, hello(this.replica, null).streams);
  }

  /** disconnect loses what is under way, except that late frames still reach the server, unanswered, later. */
  disconnect(late: number): void {
    if (!this.connected) return;
    this.connected = false;
    this.network.late.push(
      ...this.up.slice(0, late).map((frame) => ({ tab: this, client: this.replica.client, frame })),
    );
    this.up = [];
    this.down = [];
    this.fetches.length = 0;
    this.waits.length = 0;
    this.dispatch({ kind: 'closed' });
  }

  /** reload starts the page again: from a new snapshot, with what the tab's storage held. */
  reload(late: number): void {
    const text = JSON.stringify(save(this.replica));
    this.disconnect(late);
    this.replica = this.#fresh();
    const saved = readSaved(JSON.parse(text));
    if (saved === null) throw new Error('what was saved cannot be read');
    this.dispatch({ kind: 'restore', saved });
  }

  deliverUp(): boolean {
    const frame = this.up.shift();
    if (frame === undefined) return false;
    this.network.arrive(this, this.replica.client, frame, true);
    return true;
  }

  deliverDown(): boolean {
    const frame = this.down.shift();
    if (frame === undefined) return false;
    this.dispatch({ kind: 'frame', frame });
    return true;
  }

  /** step lets the next thing that is under way happen. */
  step(): boolean {
    return this.deliverUp() || this.deliverDown() || this.finishFetch() || this.finishWait();
  }

  finishFetch(): boolean {
    const stream = this.fetches.shift();
    if (stream === undefined) return false;
    this.dispatch({ kind: 'fetched', entry: this.network.server.snapshot(this.replica.client, stream) });
    return true;
  }

  finishWait(): boolean {
    const stream = this.waits.shift();
    if (stream === undefined) return false;
    this.dispatch({ kind: 'retry', stream });
    return true;
  }

  #fresh(): Replica {
    this.#clients++;
    const { server } = this.network;
    return create(
      `${this.me}-${this.#clients}`,
      { id: this.me, name: this.me, side: 'seller', access: 'editor' },
      MODEL_STREAMS.map((name) => ({
        ...server.snapshot('', name),
        snapshot: server.snapshot('', name).snapshot ?? { entities: {} },
      })),
    );
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case 'send':
        if (this.connected) this.up.push(effect.frame);
        return;
      case 'fetch':
        this.fetches.push(effect.stream);
        return;
      case 'wait':
        this.waits.push(effect.stream);
        return;
      case 'reconnect':
        this.#restart = true;
        return;
      case 'rename':
        this.#clients++;
        this.dispatch({ kind: 'renamed', client: `${this.me}-${this.#clients}` });
        this.#restart = true;
        return;
      case 'notice':
        this.notices.push(effect.notice);
        return;
      default:
        return;
    }
  }
}

/** Network is the server and its tabs. */
export class Network {
  readonly server: ModelServer;
  readonly tabs: Tab[] = [];
  /** late are frames of connections that are gone, which the server has yet to read. */
  readonly late: { readonly tab: Tab; readonly client: string; readonly frame: ClientFrame }[] = [];

  constructor(server: ModelServer) {
    this.server = server;
  }

  add(me: string): Tab {
    const tab = new Tab(this, me);
    this.tabs.push(tab);
    return tab;
  }

  arrive(tab: Tab, client: string, frame: ClientFrame, answered: boolean): void {
    switch (frame.t) {
      case 'op': {
        const { answer, commit } = this.server.process(client, tab.me, frame);
        const isNew = commit !== null && answer.t === 'ack' && this.#isNewest(frame.stream, commit);
        // Commits and answers travel in different queues: either may come first.
        const ackFirst = frame.seq % 2 === 0;
        if (answered && ackFirst) tab.down.push(answer);
        if (isNew) this.#broadcast(frame.stream, commit.rev);
        if (answered && !ackFirst) tab.down.push(answer);
        return;
      }
      case 'join':
        if (answered) tab.down.push(...this.server.join(client, frame));
        return;
      default:
        return;
    }
  }

  arriveLate(): boolean {
    const next = this.late.shift();
    if (next === undefined) return false;
    this.arrive(next.tab, next.client, next.frame, false);
    return true;
  }

  /** pong tells a tab where the streams are. */
  pong(tab: Tab): void {
    const revs = Object.fromEntries(MODEL_STREAMS.map((name) => [name, this.server.stream(name).rev]));
    if (tab.connected) tab.down.push({ t: 'pong', n: 1, revs });
  }

  /** heal connects everybody and delivers until nothing is under way. */
  heal(): void {
    this.server.busy = 0;
    let steps = 0;
    while (steps < MAX_STEPS) {
      let moved = this.arriveLate();
      for (const tab of this.tabs) {
        if (!tab.connected) tab.connect();
        while (steps++ < MAX_STEPS && tab.step()) moved = true;
      }
      if (!moved && !this.#behind()) return;
      if (!moved) for (const tab of this.tabs) this.pong(tab);
    }
    throw new Error('the network does not come to rest');
  }

  #delivered = new Map<Stream, number>();

  #isNewest(stream: Stream, commit: Commit): boolean {
    return commit.rev === this.server.stream(stream).rev && (this.#delivered.get(stream) ?? 0) < commit.rev;
  }

  #broadcast(stream: Stream, rev: number): void {
    this.#delivered.set(stream, rev);
    for (const tab of this.tabs) {
      const frame = this.server.commits(stream, rev, rev);
      if (tab.connected && frame !== null) tab.down.push(frame);
    }
  }

  /** rewound makes revs that were delivered before new again. */
  rewound(stream: Stream): void {
    this.#delivered.set(stream, this.server.stream(stream).rev);
    for (const tab of this.tabs) {
      if (tab.connected)
        tab.down.push({ t: 'resync', stream, rev: this.server.stream(stream).rev, why: 'epoch' });
    }
  }

  #behind(): boolean {
    return this.tabs.some((tab) =>
      MODEL_STREAMS.some((name) => {
        const [here, there] = [tab.replica.streams[name], this.server.stream(name)];
        return here === undefined || here.rev !== there.rev || here.epoch !== there.epoch || !here.live;
      }),
    );
  }
}
