import { Layer, type StreamChange } from './fold';
import { hiddenKeys, inverse } from './history';
import type { Pending, Replica } from './model';
import { isOthers } from './others';
import type { predict as Predicting } from './predict';
import type { States } from './state';
import { type Me, STREAMS } from './types';

/** Predict is the effect an op will most likely have; see predict.ts, which comes after the first screen. */
export type Predict = typeof Predicting;

/** Shown is confirmed plus pending: what the screen is to show. */
export interface Shown {
  readonly states: States;
  /** unconfirmed holds `${entity}/${id}/${field}` of what the server has not answered for. */
  readonly unconfirmed: ReadonlySet<string>;
}

const NOTHING: ReadonlySet<string> = new Set();

/** confirmedStates are the streams as the server confirmed them. */
export function confirmedStates(replica: Replica): States {
  const states: { -readonly [stream in keyof States]: States[stream] } = {};
  for (const name of STREAMS) {
    const stream = replica.streams[name];
    if (stream !== undefined) states[name] = stream.state;
  }
  return states;
}

/**
 * show replays the pending ops, in order, over the confirmed states. Without predict they are
 * kept and sent all the same, and seen as soon as it is there or the server has answered.
 */
export function show(replica: Replica, predict: Predict | null): Shown {
  const confirmed = confirmedStates(replica);
  if (predict === null || replica.pending.length === 0) return { states: confirmed, unconfirmed: NOTHING };
  const layer = new Layer(confirmed);
  const unconfirmed = new Set<string>();
  const hidden = hiddenKeys(replica.pending);
  for (const p of replica.pending) {
    if (p.covered || hidden.has(p.key) || isOthers(p, replica.me)) continue;
    replay(layer, p, replica.me, predict, p.state === 'acked' ? null : unconfirmed);
  }
  return { states: layer.states, unconfirmed };
}

function replay(
  layer: Layer,
  p: Pending,
  me: Me | null,
  predict: Predict,
  unconfirmed: Set<string> | null,
): void {
  for (const op of p.ops) {
    const changes: readonly StreamChange[] =
      op.kind === 'op.undo'
        ? inverse(layer.states[p.stream], p.undone ?? []).map((change) => ({ stream: p.stream, change }))
        : predict(layer.states, p.stream, op, { me, at: p.at });
    for (const { stream, change } of changes) {
      layer.apply(stream, change);
      for (const field in change.set) unconfirmed?.add(`${change.entity}/${change.id}/${field}`);
    }
  }
}
