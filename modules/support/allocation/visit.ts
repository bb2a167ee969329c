import type { AgentState, Settlement } from "./agent-state.js";
import type { QuotaLedger } from "./quota-ledger.js";
import type { RoleTable } from "./role-table.js";

/**
 * One look at an agent, through all its clients or those that have become fresh since the last look. Notes what kept them
 * from being offered anything; what happens before the end of the visit is left for the next one to find.
 */
export class Visit {
  /** Clients that are no fresher than this have been looked at before, with the same outcome. */
  readonly since: number;
  /** The first filter in the way to end. */
  untilMs: number;
  blockedByQuota: boolean;
  private readonly epoch: number;
  private readonly quotaGrowth: number;
  private version: number;

  constructor(
    readonly agent: AgentState,
    roles: RoleTable,
    quotas: QuotaLedger,
    nowMs: number,
  ) {
    const last = agent.settled(quotas.growth, nowMs);
    this.since = last?.epoch ?? -1;
    this.untilMs = last?.untilMs ?? Number.POSITIVE_INFINITY;
    this.blockedByQuota = last?.quotaGrowth !== undefined;
    this.epoch = roles.epoch;
    this.quotaGrowth = quotas.growth;
    this.version = agent.version;
  }

  keptUntil(untilMs: number): void {
    if (untilMs < this.untilMs) this.untilMs = untilMs;
  }

  /** The agent has changed by an offer of this visit. */
  offered(before: number): void {
    if (this.version === before) this.version = this.agent.version;
  }

  /** At the end: what would have to change for another visit to find more. */
  settle(): void {
    const { agent } = this;
    if (agent.version !== this.version || !agent.isOfferable || agent.available.hasShared) return;
    const settlement: Settlement = {
      epoch: this.epoch,
      untilMs: this.untilMs,
      quotaGrowth: this.blockedByQuota ? this.quotaGrowth : undefined,
    };
    agent.settle(settlement);
  }
}
