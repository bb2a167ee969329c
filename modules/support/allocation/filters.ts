import type { Resources } from "../../../core/resources/resources.js";

/** What a client has refused on one agent: no subset of it is offered there until it is over. */
export interface Filter {
  readonly refused: Resources;
  readonly untilMs: number;
  /** The client's generation when it refused: a filter of an older one no longer counts. */
  readonly generation: number;
}

/**
 * An agent's filters by the slot of the client. A client's last refusal stands in arrays of plain values, because every
 * visit of the agent reads them for all clients; what it had refused before, and has not been covered by it, is rare.
 */
export class FilterTable {
  /** How many clients have ever refused something. */
  clients = 0;
  private readonly untilMs: number[] = [];
  private readonly generations: number[] = [];
  private readonly refused: (Resources | undefined)[] = [];
  private older: Map<number, readonly Filter[]> | undefined;
  /** The last comparison: clients after clients have refused the same thing. */
  private last: { refused: Resources; bundle: Resources; contains: boolean } | undefined;

  add(slot: number, filter: Filter, nowMs: number): void {
    if (this.refused[slot]) this.keepOlder(slot, filter, nowMs);
    else this.clients++;
    this.reach(slot);
    this.untilMs[slot] = filter.untilMs;
    this.generations[slot] = filter.generation;
    this.refused[slot] = filter.refused;
  }

  private keepOlder(slot: number, filter: Filter, nowMs: number): void {
    const rest = this.filters(slot).filter((one) => {
      const counts = one.generation === filter.generation && one.untilMs > nowMs;
      return counts && !(one.untilMs <= filter.untilMs && filter.refused.contains(one.refused));
    });
    if (rest.length > 0) (this.older ??= new Map()).set(slot, rest);
    else this.older?.delete(slot);
  }

  /** Arrays without holes, so that they stay arrays of plain numbers. */
  private reach(slot: number): void {
    while (this.untilMs.length <= slot) {
      this.untilMs.push(0.5);
      this.generations.push(0);
      this.refused.push(undefined);
    }
  }

  private filters(slot: number): readonly Filter[] {
    const refused = this.refused[slot];
    if (!refused) return [];
    const [untilMs, generation] = [this.untilMs[slot] ?? 0, this.generations[slot] ?? 0];
    return [{ refused, untilMs, generation }, ...(this.older?.get(slot) ?? [])];
  }

  /** Until when the bundle is kept from the client; 0 if it is not. */
  keptUntil(slot: number, generation: number, bundle: Resources, nowMs: number): number {
    const refused = this.refused[slot];
    if (!refused) return 0;
    const untilMs = this.untilMs[slot] as number;
    const counts = this.generations[slot] === generation && untilMs > nowMs;
    if (counts && this.hasRefused(refused, bundle)) return untilMs;
    return this.older?.has(slot) ? this.keptByOlder(slot, generation, bundle, nowMs) : 0;
  }

  /** Whether the client has refused the bundle before, until after that time, whether or not that is over by now. */
  isRefusedAfter(
    client: Pick<Filter, "generation"> & { readonly slot: number },
    bundle: Resources,
    timeMs: number,
  ): boolean {
    const { slot, generation } = client;
    const refused = this.refused[slot];
    if (!refused || this.generations[slot] !== generation) return false;
    return (this.untilMs[slot] as number) >= timeMs && this.hasRefused(refused, bundle);
  }

  private hasRefused(refused: Resources, bundle: Resources): boolean {
    if (refused === bundle) return true;
    if (this.last?.refused !== refused || this.last.bundle !== bundle) {
      this.last = { refused, bundle, contains: refused.contains(bundle) };
    }
    return this.last.contains;
  }

  private keptByOlder(slot: number, generation: number, bundle: Resources, nowMs: number): number {
    const kept = this.older
      ?.get(slot)
      ?.find(
        (one) =>
          one.generation === generation && one.untilMs > nowMs && one.refused.contains(bundle),
      );
    return kept?.untilMs ?? 0;
  }
}
