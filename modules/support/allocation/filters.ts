import type { Resources } from "../../../core/resources/resources.js";

/** What a client has refused on one agent: no subset of it is offered there until it is over. */
export interface Filter {
  readonly refused: Resources;
  readonly untilMs: number;
  /** The client's generation when it refused: a filter of an older one no longer counts. */
  readonly generation: number;
  readonly next: Filter | undefined;
}

/** An agent's filters by the slot of the client. */
export type FilterTable = (Filter | undefined)[];

/** Adds a filter; those that are over, or hold no more than the new one, go. */
export function addFilter(table: FilterTable, slot: number, filter: Filter, nowMs: number): void {
  let next: Filter | undefined;
  for (let one = table[slot]; one; one = one.next) {
    const counts = one.generation === filter.generation && one.untilMs > nowMs;
    const covered = one.untilMs <= filter.untilMs && filter.refused.contains(one.refused);
    if (counts && !covered) next = { ...one, next };
  }
  table[slot] = next ? { ...filter, next } : filter;
}

/** The filter that keeps the bundle from the client, if any. */
export function findFilter(
  first: Filter | undefined,
  generation: number,
  bundle: Resources,
  nowMs: number,
): Filter | undefined {
  for (let one = first; one; one = one.next) {
    if (one.generation !== generation || one.untilMs <= nowMs) continue;
    if (one.refused.contains(bundle)) return one;
  }
  return undefined;
}
