import type { Allocation, Quota } from "../../core/contracts/allocator.js";
import { accumulate, type ResourceQuantities } from "../../core/resources/quantities.js";
import { Resources } from "../../core/resources/resources.js";
import { topLevelRole } from "../../core/resources/roles.js";

/** What quotas are about, reckoned plainly from what the agents have and what has been given away of it. */
export class QuotaBooks {
  constructor(
    private readonly totals: ReadonlyMap<string, Resources>,
    private readonly quotas: ReadonlyMap<string, Quota>,
    private readonly held: readonly Allocation[],
  ) {}

  /** What counts against the quota of a top-level role: reservations for it and below it, and what is held there besides. */
  consumed(top: string): ResourceQuantities {
    const sum = new Map<string, number>();
    for (const total of this.totals.values()) {
      const reserved = total.filter(
        ({ reservedRole }) => reservedRole !== undefined && topLevelRole(reservedRole) === top,
      );
      accumulate(sum, reserved.quantities(), 1);
    }
    for (const { role, resources } of this.held)
      if (topLevelRole(role) === top) accumulate(sum, free(resources), 1);
    return sum;
  }

  /** What is missing to guarantees and is not there to be had, by resource. */
  get shortfall(): Readonly<Record<string, number>> {
    const missing = new Map<string, number>();
    for (const [top, { guarantees }] of this.quotas)
      for (const [name, milli] of guarantees) {
        const own = Math.max(milli - (this.consumed(top).get(name) ?? 0), 0);
        missing.set(name, (missing.get(name) ?? 0) + own);
      }
    for (const [agentId, total] of this.totals) {
      const held = this.held.filter((one) => one.agentId === agentId);
      const out = Resources.sum(held.map(({ resources }) => resources.unallocate()));
      accumulate(missing, free(total.without(out)), -1);
    }
    return Object.fromEntries([...missing].map(([name, milli]) => [name, Math.max(milli, 0)]));
  }
}

/** What is neither reserved nor revocable. */
function free(resources: Resources): ResourceQuantities {
  return resources.unreserved().nonRevocable().quantities();
}
