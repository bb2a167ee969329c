import type { Resources } from "../../../core/resources/resources.js";

/** What a client has refused on one agent: no subset of it is offered there until it is over. */
export interface Filter {
  readonly refused: Resources;
  readonly untilMs: number;
  /** The client's generation when it refused: a filter of an older one no longer counts. */
  readonly generation: number;
}

/** The arrays may have so many empty slots, and so many for each client that has refused something. */
const SPARE_SLOTS = 16;
const SLOTS_PER_CLIENT = 4;

/**
 * An agent's filters by the slot of the client. A client's last refusal stands in arrays of plain values, because every
 * visit of the agent reads them for all clients, unless the arrays would be mostly empty; what it had refused before, and
 * has not been covered by it, is rare.
 */
export class FilterTable {
  /** How many clients have ever refused something. */
  clients = 0;
  private readonly untilMs: number[] = [];
  private readonly generations: number[] = [];
  private readonly refused: (Resources | undefined)[] = [];
  /** By slot, the last refusal first: older ones, and all of a client that the arrays do not reach. */
  private others: Map<number, readonly Filter[]> | undefined;
  /** The last comparison: clients after clients have refused the same thing. */
  private last: { refused: Resources; bundle: Resources; contains: boolean } | undefined;

  add(slot: number, filter: Filter, nowMs: number): void {
    const before = this.filters(slot);
    if (before.length === 0) this.clients++;
    const rest = before.filter((one) => {
      const counts = one.generation === filter.generation && one.untilMs > nowMs;
      return counts && !(one.untilMs <= filter.untilMs && filter.refused.contains(one.refused));
    });
    if (!this.reach(slot)) return this.keep(slot, [filter, ...rest]);
    this.untilMs[slot] = filter.untilMs;
    this.generations[slot] = filter.generation;
    this.refused[slot] = filter.refused;
    this.keep(slot, rest);
  }

  private keep(slot: number, others: readonly Filter[]): void {
    if (others.length > 0) (this.others ??= new Map()).set(slot, others);
    else this.others?.delete(slot);
  }

  /** Arrays without holes, so that they stay arrays of plain numbers. @returns whether they have the slot. */
  private reach(slot: number): boolean {
    if (slot >= SPARE_SLOTS + SLOTS_PER_CLIENT * this.clients) return slot < this.untilMs.length;
    for (let next = this.untilMs.length; next <= slot; next++) {
      const [last, ...older] = this.others?.get(next) ?? [];
      this.untilMs.push(last?.untilMs ?? 0.5);
      this.generations.push(last?.generation ?? 0);
      this.refused.push(last?.refused);
      if (last) this.keep(next, older);
    }
    return true;
  }

  private filters(slot: number): readonly Filter[] {
    const refused = this.refused[slot];
    const others = this.others?.get(slot) ?? [];
    if (!refused) return others;
    const [untilMs, generation] = [this.untilMs[slot] ?? 0, this.generations[slot] ?? 0];
    return [{ refused, untilMs, generation }, ...others];
  }

  /** Until when the bundle is kept from the client, by whichever filter ends last; 0 if it is not. */
  keptUntil(slot: number, generation: number, bundle: Resources, nowMs: number): number {
    let keptUntilMs = 0;
    const refused = this.refused[slot];
    if (refused) {
      const untilMs = this.untilMs[slot] as number;
      const counts = this.generations[slot] === generation && untilMs > nowMs;
      if (counts && this.hasRefused(refused, bundle)) keptUntilMs = untilMs;
    }
    if (!this.others?.has(slot)) return keptUntilMs;
    return Math.max(keptUntilMs, this.keptByOthers(slot, generation, bundle, nowMs));
  }

  /** Whether the client has refused the bundle before, until after that time, whether or not that is over by now. */
  isRefusedAfter(
    client: Pick<Filter, "generation"> & { readonly slot: number },
    bundle: Resources,
    timeMs: number,
  ): boolean {
    const { slot, generation } = client;
    const [last] = this.filters(slot);
    if (last?.generation !== generation) return false;
    return last.untilMs >= timeMs && this.hasRefused(last.refused, bundle);
  }

  private hasRefused(refused: Resources, bundle: Resources): boolean {
    if (refused === bundle) return true;
    if (this.last?.refused !== refused || this.last.bundle !== bundle) {
      this.last = { refused, bundle, contains: refused.contains(bundle) };
    }
    return this.last.contains;
  }

  private keptByOthers(slot: number, generation: number, bundle: Resources, nowMs: number): number {
    let keptUntilMs = 0;
    for (const one of this.others?.get(slot) ?? []) {
      if (one.generation !== generation || one.untilMs <= Math.max(nowMs, keptUntilMs)) continue;
      if (one.refused.contains(bundle)) keptUntilMs = one.untilMs;
    }
    return keptUntilMs;
  }
}
