import type { Room } from './room.svelte';

/** Ledger is how dates moved and who kept the agreed ones, as GET …/ledger answers. */
export interface Ledger {
  readonly seller: SideLedger;
  readonly buyer: SideLedger;
  readonly milestones: readonly {
    readonly milestone: string;
    readonly slip_days: number | null;
    readonly moves: readonly DateMove[];
  }[];
}

/** SideLedger is one company's moves and promises. */
export interface SideLedger {
  readonly moves: number;
  readonly later: number;
  readonly days: number;
  readonly kept: number;
  readonly due: number;
  readonly words: string;
}

/** DateMove is one move of a date; by is "" for the workspace itself. */
export interface DateMove {
  readonly rev: number;
  readonly from: string;
  readonly to: string;
  readonly days: number;
  readonly by: string;
  readonly at: string;
  readonly reason: string;
  readonly alone: boolean;
  /** undone: taken back, or taking one back. */
  readonly undone: boolean;
}

/** readLedger fetches the ledger; it throws when that did not work. */
export async function readLedger(room: Room): Promise<Ledger> {
  const response = await room.client.api(`/rooms/${room.view.room?.id ?? ''}/ledger`);
  if (!response.ok) throw new Error(`the ledger: ${response.status}`);
  return (await response.json()) as Ledger;
}
