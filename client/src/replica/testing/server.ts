import { fold, parseSnapshot, writeSnapshot } from '../fold';
import type { CommitsFrame, JoinFrame, OpFrame, ServerFrame, StreamEntry, WelcomeFrame } from '../frames';
import { inverse } from '../history';
import { EMPTY, record, type State } from '../state';
import type { Change, Code, Commit, Entity, Op, Over, Stream } from '../types';

// A model of the server: the contract about revs, seqs and verdicts, with a few
// kinds of ops and none of the rules.

interface Verdict {
  readonly rev?: number;
  readonly code?: Code;
  readonly message?: string;
}

interface Refused {
  readonly code: Code;
  readonly message: string;
}

interface Cursor {
  seq: number;
  readonly verdicts: Map<number, Verdict>;
}

interface Marked {
  readonly rev: number;
  readonly by: string | null;
}

class ModelStream {
  epoch = 'e1';
  readonly log: Commit[] = [];
  state: State = EMPTY;
  readonly cursors = new Map<string, Cursor>();
  readonly marks = new Map<string, Marked>();

  get rev(): number {
    return this.log.length;
  }
}

/** How a join is answered: from the log, with a snapshot inside, or with its address. */
export type JoinMode = 'resume' | 'snapshot' | 'url';

export const MODEL_STREAMS: readonly Stream[] = ['shared', 'seller'];

/** ModelServer orders ops and answers each client's op once. */
export class ModelServer {
  readonly streams = new Map<Stream, ModelStream>(MODEL_STREAMS.map((name) => [name, new ModelStream()]));
  /** busy refuses this many ops before the next one is processed. */
  busy = 0;
  mode: JoinMode = 'resume';
  #epochs = 1;
  #at = 0;

  stream(name: Stream): ModelStream {
    const found = this.streams.get(name);
    if (found === undefined) throw new Error(`no stream ${name}`);
    return found;
  }

  /** seed commits something as the workspace itself. */
  seed(name: Stream, changes: readonly Change[]): void {
    this.#commit(name, { by: null, kind: 'room.add' }, changes, 0);
  }

  /** process answers one op frame; a new commit is for the caller to deliver to everybody. */
  process(client: string, by: string, frame: OpFrame): { answer: ServerFrame; commit: Commit | null } {
    const { stream: name, seq } = frame;
    const stream = this.stream(name);
    let cursor = stream.cursors.get(client);
    if (cursor === undefined && seq > 1) {
      return {
        answer: this.#verdict(name, seq, { code: 'expired', message: 'unknown client' }),
        commit: null,
      };
    }
    cursor ??= { seq: 0, verdicts: new Map() };
    stream.cursors.set(client, cursor);
    if (seq <= cursor.seq) {
      return { answer: this.#verdict(name, seq, cursor.verdicts.get(seq) ?? { rev: 0 }), commit: null };
    }
    if (seq > cursor.seq + 1) {
      const expected = cursor.seq + 1;
      const gap = { t: 'error', code: 'seq_gap', message: '', stream: name, expected, fatal: false } as const;
      return { answer: gap, commit: null };
    }
    if (this.busy > 0) {
      this.busy--;
      const busy = { t: 'reject', stream: name, seq, code: 'busy', message: 'busy', retry_ms: 5 } as const;
      return { answer: busy, commit: null };
    }
    cursor.seq = seq;
    const verdict = this.#decide(name, client, by, frame);
    cursor.verdicts.set(seq, verdict);
    const commit = verdict.rev === undefined ? null : (stream.log[verdict.rev - 1] ?? null);
    return { answer: this.#verdict(name, seq, verdict), commit };
  }

  /** entry answers hello or join for one stream, and the commits that follow it. */
  entry(
    client: string,
    name: Stream,
    at: { epoch: string; rev?: number } | undefined,
  ): [StreamEntry, CommitsFrame | null] {
    const stream = this.stream(name);
    const seq = stream.cursors.get(client)?.seq ?? 0;
    const head = { stream: name, epoch: stream.epoch, rev: stream.rev, seq };
    const known = at?.epoch === stream.epoch && at.rev !== undefined && at.rev <= stream.rev;
    if (known && this.mode === 'resume') {
      return [{ ...head, resumed: true }, this.commits(name, (at.rev ?? 0) + 1, stream.rev)];
    }
    if (this.mode === 'url') return [{ ...head, snapshot_url: `/snapshot/${name}` }, null];
    return [{ ...head, snapshot: writeSnapshot(stream.state) }, null];
  }

  /** snapshot is what the address of a snapshot answers. */
  snapshot(client: string, name: Stream): StreamEntry {
    const stream = this.stream(name);
    const seq = stream.cursors.get(client)?.seq ?? 0;
    return { stream: name, epoch: stream.epoch, rev: stream.rev, seq, snapshot: writeSnapshot(stream.state) };
  }

  welcome(
    client: string,
    me: string,
    streams: Partial<Record<Stream, { epoch: string; rev: number }>>,
  ): ServerFrame[] {
    const entries = MODEL_STREAMS.map((name) => this.entry(client, name, streams[name]));
    const welcome: WelcomeFrame = {
      t: 'welcome',
      v: 1,
      session: `session of ${client}`,
      me: { id: me, name: me, side: 'seller', access: 'editor' },
      now: '2026-10-22T10:00:00.000000Z',
      window: 4,
      heartbeat_ms: 25_000,
      here: [],
      streams: entries.map(([entry]) => entry),
    };
    return [welcome, ...entries.flatMap(([, commits]) => commits ?? [])];
  }

  join(client: string, frame: JoinFrame): ServerFrame[] {
    const at = { epoch: frame.epoch, ...(frame.rev === undefined ? {} : { rev: frame.rev }) };
    const [entry, commits] = this.entry(client, frame.stream, at);
    return commits === null ? [{ t: 'joined', ...entry }] : [{ t: 'joined', ...entry }, commits];
  }

  commits(name: Stream, from: number, to: number): CommitsFrame | null {
    const stream = this.stream(name);
    if (from > to) return null;
    return {
      t: 'commits',
      stream: name,
      epoch: stream.epoch,
      from,
      to,
      commits: stream.log.slice(from - 1, to),
    };
  }

  /** rewind loses the newest commits of a stream, as a restored backup does. */
  rewind(name: Stream, keep: number): readonly Commit[] {
    const stream = this.stream(name);
    this.#epochs++;
    stream.epoch = `e${this.#epochs}`;
    const lost = stream.log.splice(Math.max(1, keep));
    stream.state = parseSnapshot({ entities: {} });
    stream.marks.clear();
    for (const commit of stream.log) this.#fold(stream, commit);
    for (const [client, cursor] of stream.cursors) {
      const gone = lost.filter((c) => c.client === client).map((c) => c.seq ?? 0);
      if (gone.length === 0) continue;
      const last = Math.min(...gone) - 1;
      stream.cursors.set(client, {
        seq: last,
        verdicts: new Map([...cursor.verdicts].filter(([seq]) => seq <= last)),
      });
    }
    return lost;
  }

  #decide(name: Stream, client: string, by: string, frame: OpFrame): Verdict {
    const changes: Change[] = [];
    let { state } = this.stream(name);
    for (const op of frame.ops ?? (frame.op === undefined ? [] : [frame.op])) {
      const outcome = this.#apply(name, state, op, by);
      if ('code' in outcome) return outcome;
      changes.push(...outcome.changes);
      state = fold(state, outcome.changes);
    }
    const kind = frame.ops === undefined ? (frame.op?.kind ?? '') : 'group';
    return { rev: this.#commit(name, { by, kind, client, seq: frame.seq }, changes, frame.base) };
  }

  #apply(name: Stream, state: State, op: Op, by: string): Refused | { readonly changes: readonly Change[] } {
    if (op.kind === 'op.undo') {
      const undone = this.stream(name).log[op.rev - 1];
      if (undone === undefined || undone.by !== by) return { code: 'forbidden', message: 'not yours' };
      return { changes: inverse(state, undone.changes).map((change) => this.#withWas(state, change)) };
    }
    if (!('set' in op) || !('id' in op)) return { code: 'invalid', message: 'not in the model' };
    if (Object.values(op.set).includes('bad')) return { code: 'invalid', message: 'bad value' };
    const entity = op.kind.slice(0, op.kind.indexOf('.')) as Entity;
    const found = record(state, entity, op.id);
    if (op.kind.endsWith('.add')) {
      if (found !== undefined) return { code: 'conflict', message: 'there already' };
      return { changes: [{ entity, id: op.id, set: op.set, was: null }] };
    }
    if (found === undefined) return { code: 'gone', message: 'not there' };
    return { changes: [this.#withWas(state, { entity, id: op.id, set: op.set, was: {} })] };
  }

  #withWas(state: State, change: Change): Change {
    const fields = record(state, change.entity, change.id)?.fields ?? {};
    const was = Object.fromEntries(Object.keys(change.set).map((field) => [field, fields[field] ?? null]));
    return { ...change, was };
  }

  #commit(
    name: Stream,
    head: Pick<Commit, 'by' | 'kind' | 'client' | 'seq'>,
    changes: readonly Change[],
    base: number,
  ): number {
    const stream = this.stream(name);
    const over: Record<string, Over> = {};
    for (const change of changes) {
      for (const field of Object.keys(change.set)) {
        const mark = stream.marks.get(`${change.id}/${field}`);
        if (mark === undefined || mark.rev <= base || mark.by === head.by) continue;
        over[`${change.entity}/${change.id}/${field}`] = { ...mark, value: change.was?.[field] ?? null };
      }
    }
    const at = new Date(Date.UTC(2026, 9, 22) + this.#at++ * 1000).toISOString().replace('Z', '000Z');
    const commit: Commit = {
      rev: stream.rev + 1,
      ...head,
      at,
      changes,
      ...(Object.keys(over).length > 0 ? { over } : {}),
    };
    stream.log.push(commit);
    this.#fold(stream, commit);
    return commit.rev;
  }

  #fold(stream: ModelStream, commit: Commit): void {
    stream.state = fold(stream.state, commit.changes);
    for (const change of commit.changes) {
      for (const field of Object.keys(change.set)) {
        stream.marks.set(`${change.id}/${field}`, { rev: commit.rev, by: commit.by });
      }
    }
  }

  #verdict(stream: Stream, seq: number, verdict: Verdict): ServerFrame {
    if (verdict.rev !== undefined) return { t: 'ack', stream, seq, rev: verdict.rev };
    return { t: 'reject', stream, seq, code: verdict.code ?? 'invalid', message: verdict.message ?? '' };
  }
}
