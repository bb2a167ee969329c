import type { AgentId, FrameworkId } from "../../../core/base/ids.js";
import type { AllocatorAgent, ResourceConversion } from "../../../core/contracts/allocator.js";
import type { v1 } from "../../../core/protocol/v1.js";
import { Resources } from "../../../core/resources/resources.js";
import { AgentState } from "./agent-state.js";
import type { Holdings } from "./holdings.js";
import { KnownResources } from "./known-resources.js";
import type { QuotaLedger } from "./quota-ledger.js";
import type { RoleTable } from "./role-table.js";

/** The agents' coming and going, and what they have. */
export class Agents {
  private whitelist: ReadonlySet<string> | undefined;
  private readonly totals = new KnownResources();

  constructor(
    private readonly agents: Map<AgentId, AgentState>,
    private readonly offerable: Set<AgentState>,
    private readonly roles: RoleTable,
    private readonly quotas: QuotaLedger,
    private readonly holdings: Holdings,
  ) {}

  add(
    agentId: AgentId,
    agent: AllocatorAgent,
    used: ReadonlyMap<FrameworkId, Resources>,
  ): AgentState {
    this.remove(agentId);
    const state = new AgentState(agentId, this.withKnownTotal(agent), this.offerable);
    state.isWhitelisted = this.isWhitelisted(agent.info);
    this.agents.set(agentId, state);
    this.totalChanged(state, Resources.empty, Resources.empty);
    for (const [frameworkId, resources] of used) this.holdings.give(state, frameworkId, resources);
    return state;
  }

  remove(agentId: AgentId): void {
    const state = this.agents.get(agentId);
    if (!state) return;
    const { total, available } = state;
    this.holdings.removeAgent(state);
    this.agents.delete(agentId);
    state.leave();
    this.totalChanged(state, total, available);
  }

  /** @returns whether anything has changed that offers depend on. */
  update(state: AgentState, agent: AllocatorAgent): boolean {
    const { total, available, info } = state;
    const sameAttributes = isSame(info.attributes, agent.info.attributes);
    if (!sameAttributes) state.filters = undefined;
    state.update(this.withKnownTotal(agent));
    state.isWhitelisted = this.isWhitelisted(agent.info);
    this.totalChanged(state, total, available);
    return !(isSame(info, agent.info) && total.equals(agent.total));
  }

  private withKnownTotal(agent: AllocatorAgent): AllocatorAgent {
    return { ...agent, total: this.totals.same(agent.total) };
  }

  updateWhitelist(hostnames: ReadonlySet<string> | undefined): void {
    this.whitelist = hostnames;
    for (const state of this.agents.values()) {
      state.isWhitelisted = this.isWhitelisted(state.info);
    }
  }
  private isWhitelisted({ hostname }: v1.AgentInfo): boolean {
    return this.whitelist?.has(hostname) ?? true;
  }

  /** What the framework holds becomes something else; an extra copy of a shared volume comes from nothing. */
  convertHeld(
    state: AgentState,
    frameworkId: FrameworkId,
    conversions: readonly ResourceConversion[],
  ): void {
    for (const { consumed, converted } of conversions) {
      this.holdings.takeBack(state, frameworkId, consumed);
      state.sharedOffers?.end(frameworkId, consumed);
      if (!consumed.isEmpty) {
        this.setTotal(state, state.total.minus(consumed.unallocate()).plus(converted.unallocate()));
      }
      this.holdings.give(state, frameworkId, converted);
    }
  }

  /** @returns false, and changes nothing, unless all of it is available. */
  convertAvailable(state: AgentState, conversions: readonly ResourceConversion[]): boolean {
    let { available, total } = state;
    for (const conversion of conversions) {
      const consumed = conversion.consumed.unallocate();
      const converted = conversion.converted.unallocate();
      if (!available.contains(consumed)) return false;
      available = available.minus(consumed).plus(converted);
      total = total.minus(consumed).plus(converted);
    }
    this.setTotal(state, total);
    return true;
  }

  private setTotal(state: AgentState, total: Resources): void {
    const before = { total: state.total, available: state.available };
    state.setTotal(total);
    this.totalChanged(state, before.total, before.available);
  }

  private totalChanged(state: AgentState, total: Resources, available: Resources): void {
    if (!total.equals(state.total)) {
      this.roles.changeTotal(total.quantities(), state.total.quantities());
    }
    this.quotas.totalChanged(total, state.total);
    this.quotas.availableChanged(available, state.available);
  }
}

function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
