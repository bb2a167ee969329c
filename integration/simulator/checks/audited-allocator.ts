import type { AgentId, FrameworkId } from "../../../core/base/ids.js";
import type {
  AllocationSlice,
  Allocator,
  AllocatorAgent,
  AllocatorFramework,
  AllocatorOptions,
  Explanation,
  ExplainQuery,
  InverseOfferResponse,
  Quota,
  ResourceConversion,
} from "../../../core/contracts/allocator.js";
import type { v1 } from "../../../core/protocol/v1.js";
import { Resources } from "../../../core/resources/resources.js";
import { coversHeld } from "./covers-held.js";
import { hold } from "./hold.js";

interface Account {
  total: Resources;
  readonly used: Map<FrameworkId, Resources>;
}

/**
 * Stands between a master and its allocator and keeps the books that the contract implies: what each framework holds on
 * each agent. Asserts that nothing is given twice and nothing comes back that was not given; the books can be compared
 * with the master's own.
 */
export class AuditedAllocator implements Allocator {
  private readonly accounts = new Map<AgentId, Account>();
  private readonly frameworks = new Set<FrameworkId>();

  constructor(private readonly allocator: Allocator) {}

  /** What a framework holds on an agent, as the calls so far say. */
  usedOn(agentId: AgentId, frameworkId: FrameworkId): Resources {
    return this.accounts.get(agentId)?.used.get(frameworkId) ?? Resources.empty;
  }

  totalOf(agentId: AgentId): Resources | undefined {
    return this.accounts.get(agentId)?.total;
  }

  holdersOn(agentId: AgentId): readonly FrameworkId[] {
    return [...(this.accounts.get(agentId)?.used.keys() ?? [])];
  }

  get agentIds(): ReadonlySet<AgentId> {
    return new Set(this.accounts.keys());
  }

  get frameworkIds(): ReadonlySet<FrameworkId> {
    return this.frameworks;
  }

  get hasWork(): boolean {
    return this.allocator.hasWork;
  }

  initialize(options: AllocatorOptions): void {
    this.allocator.initialize(options);
  }

  recover(expectedAgents: number, quotas: ReadonlyMap<string, Quota>, nowMs: number): void {
    this.allocator.recover(expectedAgents, quotas, nowMs);
  }

  addFramework(
    frameworkId: FrameworkId,
    framework: AllocatorFramework,
    used: ReadonlyMap<AgentId, Resources>,
    active: boolean,
  ): void {
    hold(!this.frameworks.has(frameworkId), "a framework is added twice", () => ({ frameworkId }));
    this.frameworks.add(frameworkId);
    for (const [agentId, resources] of used) {
      const counted = this.usedOn(agentId, frameworkId);
      hold(
        counted.equals(resources),
        "a framework is added with other resources than its agent",
        () => ({
          frameworkId,
          agentId,
          agent: counted.toString(),
          framework: resources.toString(),
        }),
      );
    }
    this.allocator.addFramework(frameworkId, framework, used, active);
  }

  updateFramework(frameworkId: FrameworkId, framework: AllocatorFramework): void {
    this.allocator.updateFramework(frameworkId, framework);
  }

  removeFramework(frameworkId: FrameworkId): void {
    this.frameworks.delete(frameworkId);
    this.allocator.removeFramework(frameworkId);
  }

  activateFramework(frameworkId: FrameworkId): void {
    this.allocator.activateFramework(frameworkId);
  }

  deactivateFramework(frameworkId: FrameworkId): void {
    this.allocator.deactivateFramework(frameworkId);
  }

  addAgent(
    agentId: AgentId,
    agent: AllocatorAgent,
    used: ReadonlyMap<FrameworkId, Resources>,
    nowMs: number,
  ): void {
    hold(!this.accounts.has(agentId), "an agent is added twice", () => ({ agentId }));
    const held = [...used].filter(([, resources]) => !resources.isEmpty);
    this.accounts.set(agentId, { total: agent.total, used: new Map(held) });
    this.allocator.addAgent(agentId, agent, used, nowMs);
  }

  updateAgent(agentId: AgentId, agent: AllocatorAgent): void {
    const account = this.accounts.get(agentId);
    if (account !== undefined) account.total = agent.total;
    this.allocator.updateAgent(agentId, agent);
  }

  removeAgent(agentId: AgentId): void {
    this.accounts.delete(agentId);
    this.allocator.removeAgent(agentId);
  }

  activateAgent(agentId: AgentId): void {
    this.allocator.activateAgent(agentId);
  }

  deactivateAgent(agentId: AgentId): void {
    this.allocator.deactivateAgent(agentId);
  }

  updateWhitelist(hostnames: ReadonlySet<string> | undefined): void {
    this.allocator.updateWhitelist(hostnames);
  }

  updateUnavailability(agentId: AgentId, unavailability: v1.Unavailability | undefined): void {
    this.allocator.updateUnavailability(agentId, unavailability);
  }

  updateInverseOffer(
    agentId: AgentId,
    response: InverseOfferResponse,
    refuseMs: number | undefined,
    nowMs: number,
  ): void {
    this.allocator.updateInverseOffer(agentId, response, refuseMs, nowMs);
  }

  inverseOfferResponses(agentId: AgentId): readonly InverseOfferResponse[] {
    return this.allocator.inverseOfferResponses(agentId);
  }

  updateAllocation(
    frameworkId: FrameworkId,
    agentId: AgentId,
    conversions: readonly ResourceConversion[],
  ): void {
    const account = this.accounts.get(agentId);
    if (account !== undefined) {
      let used = this.usedOn(agentId, frameworkId);
      for (const { consumed, converted } of conversions) {
        used = used.minus(consumed).plus(converted);
        if (!consumed.isEmpty) account.total = convert(account.total, { consumed, converted });
      }
      account.used.set(frameworkId, used);
    }
    this.allocator.updateAllocation(frameworkId, agentId, conversions);
  }

  updateAvailable(agentId: AgentId, conversions: readonly ResourceConversion[]): boolean {
    const isDone = this.allocator.updateAvailable(agentId, conversions);
    const account = this.accounts.get(agentId);
    if (isDone && account !== undefined)
      for (const conversion of conversions) account.total = convert(account.total, conversion);
    return isDone;
  }

  transitionOfferedToAllocated(
    frameworkId: FrameworkId,
    agentId: AgentId,
    resources: Resources,
  ): void {
    this.allocator.transitionOfferedToAllocated(frameworkId, agentId, resources);
  }

  recoverResources(
    frameworkId: FrameworkId,
    agentId: AgentId,
    resources: Resources,
    options: { readonly refuseMs?: number; readonly allocated: boolean },
    nowMs: number,
  ): void {
    const account = this.accounts.get(agentId);
    if (account !== undefined) {
      const rest = this.usedOn(agentId, frameworkId).subtract(resources);
      hold(rest !== undefined, "more comes back than was given", () => ({
        agentId,
        frameworkId,
        given: this.usedOn(agentId, frameworkId).toString(),
        back: resources.toString(),
      }));
      if (rest.isEmpty) account.used.delete(frameworkId);
      else account.used.set(frameworkId, rest);
    }
    this.allocator.recoverResources(frameworkId, agentId, resources, options, nowMs);
  }

  suppressOffers(frameworkId: FrameworkId, roles: readonly string[]): void {
    this.allocator.suppressOffers(frameworkId, roles);
  }

  reviveOffers(frameworkId: FrameworkId, roles: readonly string[]): void {
    this.allocator.reviveOffers(frameworkId, roles);
  }

  updateQuota(role: string, quota: Quota | undefined): void {
    this.allocator.updateQuota(role, quota);
  }

  updateWeights(weights: ReadonlyMap<string, number>): void {
    this.allocator.updateWeights(weights);
  }

  beginCycle(nowMs: number): void {
    this.allocator.beginCycle(nowMs);
  }

  allocate(nowMs: number, budget: number): AllocationSlice {
    const slice = this.allocator.allocate(nowMs, budget);
    for (const { agentId, frameworkId, resources } of slice.allocations) {
      const account = this.accounts.get(agentId);
      hold(account !== undefined, "an unknown agent is allocated", () => ({ agentId }));
      hold(this.frameworks.has(frameworkId), "an unknown framework is given", () => ({
        frameworkId,
      }));
      account.used.set(frameworkId, this.usedOn(agentId, frameworkId).plus(resources));
      hold(coversHeld(account.total, withoutRole(account)), "more is given than there is", () => ({
        agentId,
        total: account.total.toString(),
        given: withoutRole(account).toString(),
      }));
    }
    return slice;
  }

  explain(query: ExplainQuery, nowMs: number): Explanation {
    const { frameworkId } = query;
    return this.allocator.explain?.(query, nowMs) ?? { frameworkId, nowMs, roles: [] };
  }
}

/** What an agent has after a conversion; an extra copy of a shared volume comes from nothing and changes nothing. */
function convert(total: Resources, { consumed, converted }: ResourceConversion): Resources {
  return total.minus(consumed.unallocate()).plus(converted.unallocate());
}

function withoutRole({ used }: Account): Resources {
  return Resources.sum([...used.values()].map((resources) => resources.unallocate()));
}
