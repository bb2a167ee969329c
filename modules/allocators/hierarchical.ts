import { injectable } from "inversify";
import { assert } from "../../core/base/assert.js";
import type { AgentId, FrameworkId } from "../../core/base/ids.js";
import { inject } from "../../core/base/service-token.js";
import type {
  Allocation,
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
} from "../../core/contracts/allocator.js";
import { SorterFactory } from "../../core/contracts/sorter.js";
import { defineModule } from "../../core/kernel/module.js";
import type { v1 } from "../../core/protocol/v1.js";
import type { Resources } from "../../core/resources/resources.js";
import type { AgentState } from "../support/allocation/agent-state.js";
import { AllocatorState } from "../support/allocation/allocator-state.js";
import { explain } from "../support/allocation/explanation.js";

const nothing: AllocationSlice = { allocations: [], inverseAllocations: [], more: false };

/**
 * Hierarchical dominant resource fairness with quotas, as in Mesos: roles in the order of their sorter, the frameworks of a
 * role in the order of theirs, each offered all it may have of an agent. What a visit of an agent has found stays true
 * until something changes, so that a run with nothing to offer costs next to nothing.
 */
@injectable()
export class HierarchicalAllocator implements Allocator {
  private current: AllocatorState | undefined;

  constructor(@inject(SorterFactory) private readonly sorters: SorterFactory) {}

  initialize(options: AllocatorOptions): void {
    assert(!this.current, "the allocator is initialized once");
    this.current = new AllocatorState(options, this.sorters);
  }
  private get state(): AllocatorState {
    assert(this.current, "the allocator has not been initialized");
    return this.current;
  }

  recover(expectedAgents: number, quotas: ReadonlyMap<string, Quota>, nowMs: number): void {
    for (const [role, quota] of quotas) this.state.quotas.set(role, quota);
    if (quotas.size === 0 || expectedAgents === 0) return;
    const { recoveryTimeoutMs, agentRecoveryFactor } = this.state.options;
    const enoughAgents = Math.ceil(expectedAgents * agentRecoveryFactor);
    this.state.pause = { expectedAgents, enoughAgents, untilMs: nowMs + recoveryTimeoutMs };
    this.resumeWhenDue(nowMs);
  }
  private resumeWhenDue(nowMs: number): void {
    this.state.pause = this.state.pauseAt(nowMs);
  }

  addFramework(
    frameworkId: FrameworkId,
    framework: AllocatorFramework,
    used: ReadonlyMap<AgentId, Resources>,
    active: boolean,
  ): void {
    this.state.frameworks.add(frameworkId, framework, used, active);
    if (active) this.state.candidates.addAll();
  }
  updateFramework(frameworkId: FrameworkId, framework: AllocatorFramework): void {
    this.state.frameworks.update(frameworkId, framework);
  }
  removeFramework(frameworkId: FrameworkId): void {
    this.state.frameworks.remove(frameworkId);
    this.state.inverseOffers.forget(frameworkId);
  }
  activateFramework(frameworkId: FrameworkId): void {
    this.state.frameworks.setActive(frameworkId, true);
    this.state.candidates.addAll();
  }
  deactivateFramework(frameworkId: FrameworkId): void {
    this.state.frameworks.setActive(frameworkId, false);
    this.state.inverseOffers.forget(frameworkId);
  }
  suppressOffers(frameworkId: FrameworkId, roles: readonly string[]): void {
    this.state.frameworks.suppress(frameworkId, roles);
  }
  reviveOffers(frameworkId: FrameworkId, roles: readonly string[]): void {
    this.state.frameworks.revive(frameworkId, roles);
    this.state.candidates.addAll();
  }

  addAgent(
    agentId: AgentId,
    agent: AllocatorAgent,
    used: ReadonlyMap<FrameworkId, Resources>,
    nowMs: number,
  ): void {
    const state = this.state.agents.add(agentId, agent, used);
    this.state.inverseOffers.reset(state);
    this.state.candidates.add(state);
    this.resumeWhenDue(nowMs);
  }
  updateAgent(agentId: AgentId, agent: AllocatorAgent): void {
    const state = this.agent(agentId);
    if (!state) return;
    if (this.state.agents.update(state, agent)) this.state.candidates.add(state);
    this.updateUnavailability(agentId, agent.unavailability);
  }
  removeAgent(agentId: AgentId): void {
    const state = this.agent(agentId);
    if (!state) return;
    this.state.agents.remove(agentId);
    this.state.inverseOffers.remove(state);
  }
  activateAgent(agentId: AgentId): void {
    const state = this.agent(agentId);
    if (state) state.isActive = true;
  }
  deactivateAgent(agentId: AgentId): void {
    const state = this.agent(agentId);
    if (state) state.isActive = false;
  }
  updateWhitelist(hostnames: ReadonlySet<string> | undefined): void {
    this.state.agents.updateWhitelist(hostnames);
  }

  updateUnavailability(agentId: AgentId, unavailability: v1.Unavailability | undefined): void {
    const state = this.agent(agentId);
    if (!state || sameUnavailability(state.unavailability, unavailability)) return;
    state.unavailability = unavailability;
    this.state.inverseOffers.reset(state);
    this.state.candidates.add(state);
  }
  updateInverseOffer(
    agentId: AgentId,
    response: InverseOfferResponse,
    refuseMs: number | undefined,
    nowMs: number,
  ): void {
    const state = this.agent(agentId);
    if (!state) return;
    const filteredUntilMs = refuseMs ? this.filterEnd(refuseMs, nowMs) : undefined;
    this.state.inverseOffers.answer(state, response, filteredUntilMs);
  }
  inverseOfferResponses(agentId: AgentId): readonly InverseOfferResponse[] {
    const state = this.agent(agentId);
    return state ? this.state.inverseOffers.responses(state) : [];
  }

  updateAllocation(
    frameworkId: FrameworkId,
    agentId: AgentId,
    conversions: readonly ResourceConversion[],
  ): void {
    const state = this.agent(agentId);
    if (state) this.state.agents.convertHeld(state, frameworkId, conversions);
  }
  updateAvailable(agentId: AgentId, conversions: readonly ResourceConversion[]): boolean {
    const state = this.agent(agentId);
    return state !== undefined && this.state.agents.convertAvailable(state, conversions);
  }
  /** Fairness and quotas take what is offered for what is in use: nothing changes for either. */
  transitionOfferedToAllocated(
    frameworkId: FrameworkId,
    agentId: AgentId,
    resources: Resources,
  ): void {
    const agent = this.agent(agentId);
    if (!agent) return;
    agent.isUsed = true;
    agent.sharedOffers?.end(frameworkId, resources);
  }

  recoverResources(
    frameworkId: FrameworkId,
    agentId: AgentId,
    resources: Resources,
    options: { readonly refuseMs?: number; readonly allocated: boolean },
    nowMs: number,
  ): void {
    const agent = this.agent(agentId);
    if (!agent || resources.isEmpty) return;
    this.state.holdings.takeBack(agent, frameworkId, resources);
    if (options.allocated) agent.isUsed = true;
    else agent.sharedOffers?.end(frameworkId, resources);
    if (options.refuseMs !== undefined) {
      this.addFilters(agent, frameworkId, resources, { refuseMs: options.refuseMs, nowMs });
    }
  }

  private addFilters(
    agent: AgentState,
    frameworkId: FrameworkId,
    resources: Resources,
    { refuseMs, nowMs }: { readonly refuseMs: number; readonly nowMs: number },
  ): void {
    const framework = this.state.frameworkStates.get(frameworkId);
    if (!framework?.isActive) return;
    for (const [role, part] of resources.allocations()) {
      const client = framework.clients.get(role);
      if (!client?.isSubscribed) continue;
      const bare = part.unallocate();
      const refused = bare.equals(agent.available) ? agent.available : bare;
      const { generation, slot } = client;
      const untilMs = this.filterEnd(refuseMs, nowMs);
      agent.addFilter(slot, { refused, untilMs, generation }, nowMs);
    }
  }
  /** A filter outlives at least one periodic run; one of no time is over at once, and only remembered. */
  private filterEnd(refuseMs: number, nowMs: number): number {
    if (refuseMs === 0) return nowMs;
    return nowMs + Math.max(refuseMs, this.state.options.allocationIntervalMs);
  }

  updateQuota(role: string, quota: Quota | undefined): void {
    this.state.quotas.set(role, quota);
  }
  updateWeights(weights: ReadonlyMap<string, number>): void {
    for (const [path, weight] of weights) this.state.roles.updateWeight(path, weight);
  }

  beginCycle(nowMs: number): void {
    this.resumeWhenDue(nowMs);
    this.state.candidates.addAll();
  }
  get hasWork(): boolean {
    if (this.state.pause) return false;
    return this.state.run.inProgress || !this.state.candidates.isEmpty;
  }
  allocate(nowMs: number, budget: number): AllocationSlice {
    if (!this.hasWork) return nothing;
    const { run, candidates, inverseOffers, quotas } = this.state;
    quotas.keep();
    if (!run.inProgress) run.begin(candidates.take(this.state, nowMs));
    const allocations: Allocation[] = [];
    run.proceed({ nowMs, budget, allocations });
    const more = run.inProgress;
    const inverseAllocations = more ? [] : inverseOffers.take(nowMs);
    return { allocations, inverseAllocations, more };
  }

  explain(query: ExplainQuery, nowMs: number): Explanation {
    return explain(this.state, query, nowMs);
  }

  private agent(agentId: AgentId): AgentState | undefined {
    return this.state.agentStates.get(agentId);
  }
}

function sameUnavailability(
  left: v1.Unavailability | undefined,
  right: v1.Unavailability | undefined,
): boolean {
  return (
    left?.start.nanoseconds === right?.start.nanoseconds &&
    left?.duration?.nanoseconds === right?.duration?.nanoseconds
  );
}

export default defineModule({
  kind: "allocator",
  name: "hierarchical",
  apiVersion: 1,
  description: "Hierarchical dominant resource fairness with quotas",
  implementation: HierarchicalAllocator,
});
