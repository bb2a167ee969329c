import {
  type Allocation,
  type AllocationSlice,
  type Allocator,
  type AllocatorAgent,
  type AllocatorFramework,
  type AgentId,
  defineModule,
  type FrameworkId,
  injectable,
  type InverseOfferResponse,
  type ResourceConversion,
  Resources,
} from "dasmos";

interface AgentState {
  agent: AllocatorAgent;
  active: boolean;
  /** What each framework has been offered or uses, without allocation info. */
  readonly held: Map<FrameworkId, Resources>;
}
interface FrameworkState {
  framework: AllocatorFramework;
  active: boolean;
  readonly suppressed: Set<string>;
  /** Until when it is not offered an agent that it has turned down. */
  readonly refusedUntilMs: Map<AgentId, number>;
  offers: number;
}

/** Offers all that is free on an agent to the framework with the fewest offers so far. No quotas, no weights. */
@injectable()
export class WholeAgentsAllocator implements Allocator {
  private readonly agents = new Map<AgentId, AgentState>();
  private readonly frameworks = new Map<FrameworkId, FrameworkState>();
  private readonly candidates = new Set<AgentId>();

  initialize(): void {}
  recover(): void {}

  addFramework(
    id: FrameworkId,
    framework: AllocatorFramework,
    used: ReadonlyMap<AgentId, Resources>,
    active: boolean,
  ): void {
    this.frameworks.set(id, {
      framework,
      active,
      suppressed: new Set(framework.suppressedRoles),
      refusedUntilMs: new Map(),
      offers: 0,
    });
    for (const [agentId, resources] of used) this.hold(agentId, id, resources);
    this.everyAgent();
  }
  updateFramework(id: FrameworkId, framework: AllocatorFramework): void {
    const state = this.frameworks.get(id);
    if (state !== undefined) state.framework = framework;
  }
  removeFramework(id: FrameworkId): void {
    this.frameworks.delete(id);
    for (const { held } of this.agents.values()) held.delete(id);
  }
  activateFramework(id: FrameworkId): void {
    const state = this.frameworks.get(id);
    if (state !== undefined) state.active = true;
    this.everyAgent();
  }
  deactivateFramework(id: FrameworkId): void {
    const state = this.frameworks.get(id);
    if (state === undefined) return;
    state.active = false;
    state.refusedUntilMs.clear();
  }

  addAgent(id: AgentId, agent: AllocatorAgent, used: ReadonlyMap<FrameworkId, Resources>): void {
    const held = new Map([...used].map(([key, resources]) => [key, resources.unallocate()]));
    this.agents.set(id, { agent, active: true, held });
    this.candidates.add(id);
  }
  updateAgent(id: AgentId, agent: AllocatorAgent): void {
    const state = this.agents.get(id);
    if (state !== undefined) state.agent = agent;
    this.candidates.add(id);
  }
  removeAgent(id: AgentId): void {
    this.agents.delete(id);
    this.candidates.delete(id);
  }
  activateAgent(id: AgentId): void {
    const state = this.agents.get(id);
    if (state !== undefined) state.active = true;
    this.candidates.add(id);
  }
  deactivateAgent(id: AgentId): void {
    const state = this.agents.get(id);
    if (state !== undefined) state.active = false;
  }
  updateWhitelist(): void {}
  updateUnavailability(): void {}
  updateInverseOffer(): void {}
  inverseOfferResponses(): readonly InverseOfferResponse[] {
    return [];
  }

  updateAllocation(
    frameworkId: FrameworkId,
    agentId: AgentId,
    conversions: readonly ResourceConversion[],
  ): void {
    const state = this.agents.get(agentId);
    const held = state?.held.get(frameworkId);
    if (state === undefined || held === undefined) return;
    state.held.set(frameworkId, convert(held, conversions));
    state.agent = { ...state.agent, total: convert(state.agent.total, conversions) };
  }
  updateAvailable(agentId: AgentId, conversions: readonly ResourceConversion[]): boolean {
    const state = this.agents.get(agentId);
    const consumed = Resources.sum(conversions.map((conversion) => conversion.consumed));
    if (state === undefined || !available(state).contains(consumed.unallocate())) return false;
    state.agent = { ...state.agent, total: convert(state.agent.total, conversions) };
    return true;
  }
  transitionOfferedToAllocated(): void {}
  recoverResources(
    frameworkId: FrameworkId,
    agentId: AgentId,
    resources: Resources,
    { refuseMs }: { readonly refuseMs?: number },
    nowMs: number,
  ): void {
    const state = this.agents.get(agentId);
    const left = state?.held.get(frameworkId)?.subtract(resources.unallocate());
    if (left !== undefined) state?.held.set(frameworkId, left);
    if (refuseMs !== undefined)
      this.frameworks.get(frameworkId)?.refusedUntilMs.set(agentId, nowMs + refuseMs);
  }
  suppressOffers(id: FrameworkId, roles: readonly string[]): void {
    for (const role of roles) this.frameworks.get(id)?.suppressed.add(role);
  }
  reviveOffers(id: FrameworkId, roles: readonly string[]): void {
    const state = this.frameworks.get(id);
    for (const role of roles) state?.suppressed.delete(role);
    state?.refusedUntilMs.clear();
    this.everyAgent();
  }
  updateQuota(): void {}
  updateWeights(): void {}

  beginCycle(): void {
    this.everyAgent();
  }
  get hasWork(): boolean {
    return this.candidates.size > 0;
  }
  allocate(nowMs: number, budget: number): AllocationSlice {
    const allocations: Allocation[] = [];
    for (const agentId of [...this.candidates].slice(0, Math.max(budget, 1))) {
      this.candidates.delete(agentId);
      const allocation = this.offer(agentId, nowMs);
      if (allocation !== undefined) allocations.push(allocation);
    }
    return { allocations, inverseAllocations: [], more: this.hasWork };
  }

  private offer(agentId: AgentId, nowMs: number): Allocation | undefined {
    const state = this.agents.get(agentId);
    if (state === undefined || !state.active) return undefined;
    const inTurn = [...this.frameworks].toSorted(([, one], [, other]) => one.offers - other.offers);
    for (const [frameworkId, { framework, active, suppressed, refusedUntilMs }] of inTurn) {
      if (!active || (refusedUntilMs.get(agentId) ?? 0) > nowMs) continue;
      const role = framework.roles.find((one) => !suppressed.has(one));
      if (role === undefined) continue;
      const resources = available(state).allocatableTo(role).nonRevocable().nonShared();
      if (resources.scalar("cpus") === 0 && resources.scalar("mem") === 0) continue;
      this.hold(agentId, frameworkId, resources);
      const offered = this.frameworks.get(frameworkId);
      if (offered !== undefined) offered.offers++;
      return { frameworkId, role, agentId, resources: resources.allocate(role) };
    }
    return undefined;
  }

  private hold(agentId: AgentId, frameworkId: FrameworkId, resources: Resources): void {
    const held = this.agents.get(agentId)?.held;
    const before = held?.get(frameworkId) ?? Resources.empty;
    held?.set(frameworkId, before.plus(resources.unallocate()));
  }
  private everyAgent(): void {
    for (const agentId of this.agents.keys()) this.candidates.add(agentId);
  }
}

function available({ agent, held }: AgentState): Resources {
  return agent.total.subtract(Resources.sum(held.values())) ?? Resources.empty;
}

function convert(resources: Resources, conversions: readonly ResourceConversion[]): Resources {
  return conversions.reduce((before, { consumed, converted }) => {
    const left = before.subtract(consumed.unallocate());
    return left === undefined ? before : left.plus(converted.unallocate());
  }, resources);
}

export default defineModule({
  kind: "allocator",
  name: "whole-agents",
  apiVersion: 1,
  description: "Offers whole agents, in turn",
  implementation: WholeAgentsAllocator,
});
