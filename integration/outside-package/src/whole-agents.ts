import {
  type Allocation,
  type AllocationSlice,
  type Allocator,
  type AllocatorAgent,
  type AllocatorFramework,
  type AllocatorOptions,
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
  suppressed: Set<string>;
  /** What it has turned down of an agent, and until when it is not offered as much or less of it. */
  readonly refusals: Map<AgentId, { readonly refused: Resources; readonly untilMs: number }>;
  offers: number;
}

/** Offers all that is free on an agent to the framework with the fewest offers so far. No quotas and no weights. */
@injectable()
export class WholeAgentsAllocator implements Allocator {
  private readonly agents = new Map<AgentId, AgentState>();
  private readonly frameworks = new Map<FrameworkId, FrameworkState>();
  private readonly candidates = new Set<AgentId>();
  private whitelist: ReadonlySet<string> | undefined;
  private intervalMs = 0;

  initialize({ allocationIntervalMs }: AllocatorOptions): void {
    this.intervalMs = allocationIntervalMs;
  }
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
      refusals: new Map(),
      offers: 0,
    });
    // What its agents have told before is counted already.
    for (const [agentId, resources] of used)
      if (!this.agents.get(agentId)?.held.has(id)) this.hold(agentId, id, resources);
    this.everyAgent();
  }
  updateFramework(id: FrameworkId, framework: AllocatorFramework): void {
    const state = this.frameworks.get(id);
    if (state === undefined) return;
    state.framework = framework;
    state.suppressed = new Set(framework.suppressedRoles);
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
    state.refusals.clear();
  }

  addAgent(id: AgentId, agent: AllocatorAgent, used: ReadonlyMap<FrameworkId, Resources>): void {
    const held = new Map([...used].map(([key, resources]) => [key, resources.unallocate()]));
    this.agents.set(id, { agent, active: true, held });
    this.candidates.add(id);
  }
  updateAgent(id: AgentId, agent: AllocatorAgent): void {
    const state = this.agents.get(id);
    if (state !== undefined) state.agent = agent;
    for (const { refusals } of this.frameworks.values()) refusals.delete(id);
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
  updateWhitelist(hostnames: ReadonlySet<string> | undefined): void {
    this.whitelist = hostnames;
  }
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
    if (refuseMs === undefined || refuseMs === 0) return;
    const untilMs = nowMs + Math.max(refuseMs, this.intervalMs);
    const refused = resources.unallocate();
    this.frameworks.get(frameworkId)?.refusals.set(agentId, { refused, untilMs });
  }
  suppressOffers(id: FrameworkId, roles: readonly string[]): void {
    for (const role of roles) this.frameworks.get(id)?.suppressed.add(role);
  }
  reviveOffers(id: FrameworkId, roles: readonly string[]): void {
    const state = this.frameworks.get(id);
    for (const role of roles) state?.suppressed.delete(role);
    state?.refusals.clear();
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
    if (this.whitelist?.has(state.agent.info.hostname) === false) return undefined;
    const inTurn = [...this.frameworks].toSorted(([, one], [, other]) => one.offers - other.offers);
    for (const [frameworkId, { framework, active, suppressed, refusals }] of inTurn) {
      if (!active) continue;
      const role = framework.roles.find((one) => !suppressed.has(one));
      if (role === undefined) continue;
      const resources = offerable(state, role);
      if (resources.scalar("cpus") === 0 && resources.scalar("mem") === 0) continue;
      const refusal = refusals.get(agentId);
      if (refusal !== undefined && refusal.untilMs > nowMs && refusal.refused.contains(resources))
        continue;
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

/** Of revocable and shared resources and refined reservations nobody is offered any. */
function offerable(state: AgentState, role: string): Resources {
  const plain = available(state).allocatableTo(role).nonRevocable().nonShared();
  return plain.filter(({ reservations }) => reservations.length < 2);
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
