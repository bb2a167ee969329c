import type { AgentId, FrameworkId } from "../../core/base/ids.js";
import type {
  Allocation,
  AllocationSlice,
  Allocator,
  AllocatorAgent,
  AllocatorFramework,
  ResourceConversion,
} from "../../core/contracts/allocator.js";
import { Resources } from "../../core/resources/resources.js";

interface KnownAgent {
  total: Resources;
  used: Resources;
  active: boolean;
}
interface KnownFramework {
  roles: readonly string[];
  readonly suppressed: Set<string>;
  active: boolean;
  /** Until when it is not offered an agent. */
  readonly refused: Map<AgentId, number>;
}

/**
 * The least that fills the contract: in turn, each framework is offered the whole of what is left on an agent. No
 * fairness, quotas, constraints or maintenance; for simulations in which the allocator is not what is looked at.
 */
export class FirstFitAllocator implements Allocator {
  private readonly agents = new Map<AgentId, KnownAgent>();
  private readonly frameworks = new Map<FrameworkId, KnownFramework>();
  private candidates: AgentId[] = [];
  private turn = 0;

  get hasWork(): boolean {
    return this.candidates.length > 0;
  }

  initialize(): void {}
  recover(): void {}

  addFramework(
    frameworkId: FrameworkId,
    { roles, suppressedRoles }: AllocatorFramework,
    _used: ReadonlyMap<AgentId, Resources>,
    active: boolean,
  ): void {
    const suppressed = new Set(suppressedRoles);
    this.frameworks.set(frameworkId, { roles, suppressed, active, refused: new Map() });
    this.beginCycle();
  }
  updateFramework(frameworkId: FrameworkId, { roles, suppressedRoles }: AllocatorFramework): void {
    const framework = this.frameworks.get(frameworkId);
    if (framework === undefined) return;
    const suppressed = new Set(suppressedRoles);
    this.frameworks.set(frameworkId, { ...framework, roles, suppressed });
    this.beginCycle();
  }
  removeFramework(frameworkId: FrameworkId): void {
    this.frameworks.delete(frameworkId);
  }
  activateFramework(frameworkId: FrameworkId): void {
    const framework = this.frameworks.get(frameworkId);
    if (framework !== undefined) framework.active = true;
    this.beginCycle();
  }
  deactivateFramework(frameworkId: FrameworkId): void {
    const framework = this.frameworks.get(frameworkId);
    if (framework === undefined) return;
    framework.active = false;
    framework.refused.clear();
  }

  addAgent(
    agentId: AgentId,
    agent: AllocatorAgent,
    used: ReadonlyMap<FrameworkId, Resources>,
  ): void {
    const held = Resources.sum([...used.values()].map((resources) => resources.unallocate()));
    this.agents.set(agentId, { total: agent.total, used: held, active: true });
    this.candidates.push(agentId);
  }
  updateAgent(agentId: AgentId, { total }: AllocatorAgent): void {
    const agent = this.agents.get(agentId);
    if (agent !== undefined) agent.total = total;
    this.candidates.push(agentId);
  }
  removeAgent(agentId: AgentId): void {
    this.agents.delete(agentId);
  }
  activateAgent(agentId: AgentId): void {
    const agent = this.agents.get(agentId);
    if (agent !== undefined) agent.active = true;
    this.candidates.push(agentId);
  }
  deactivateAgent(agentId: AgentId): void {
    const agent = this.agents.get(agentId);
    if (agent !== undefined) agent.active = false;
  }

  updateWhitelist(): void {}
  updateUnavailability(): void {}
  updateInverseOffer(): void {}
  inverseOfferResponses(): readonly [] {
    return [];
  }
  updateQuota(): void {}
  updateWeights(): void {}
  transitionOfferedToAllocated(): void {}

  updateAllocation(
    _frameworkId: FrameworkId,
    agentId: AgentId,
    conversions: readonly ResourceConversion[],
  ): void {
    const agent = this.agents.get(agentId);
    if (agent === undefined) return;
    for (const { consumed, converted } of conversions) {
      const [before, after] = [consumed.unallocate(), converted.unallocate()];
      agent.total = agent.total.minus(before).plus(after);
      agent.used = agent.used.minus(before).plus(after);
    }
  }
  updateAvailable(agentId: AgentId, conversions: readonly ResourceConversion[]): boolean {
    const agent = this.agents.get(agentId);
    if (agent === undefined) return false;
    let { total } = agent;
    let available = total.minus(agent.used);
    for (const { consumed, converted } of conversions) {
      const rest = available.subtract(consumed);
      if (rest === undefined) return false;
      available = rest.plus(converted);
      total = total.minus(consumed).plus(converted);
    }
    agent.total = total;
    return true;
  }
  recoverResources(
    frameworkId: FrameworkId,
    agentId: AgentId,
    resources: Resources,
    { refuseMs }: { readonly refuseMs?: number },
    nowMs: number,
  ): void {
    const agent = this.agents.get(agentId);
    if (agent !== undefined) agent.used = agent.used.minus(resources.unallocate());
    const refusal = this.frameworks.get(frameworkId)?.refused;
    if (refuseMs !== undefined && refuseMs > 0) refusal?.set(agentId, nowMs + refuseMs);
  }
  suppressOffers(frameworkId: FrameworkId, roles: readonly string[]): void {
    for (const role of roles) this.frameworks.get(frameworkId)?.suppressed.add(role);
  }
  reviveOffers(frameworkId: FrameworkId, roles: readonly string[]): void {
    const framework = this.frameworks.get(frameworkId);
    for (const role of roles) framework?.suppressed.delete(role);
    framework?.refused.clear();
    this.beginCycle();
  }

  beginCycle(): void {
    this.candidates = [...this.agents.keys()];
  }
  allocate(nowMs: number, budget: number): AllocationSlice {
    const allocations: Allocation[] = [];
    for (const agentId of this.candidates.splice(0, Math.max(1, budget))) {
      const allocation = this.allocateAgent(agentId, nowMs);
      if (allocation !== undefined) allocations.push(allocation);
    }
    return { allocations, inverseAllocations: [], more: this.hasWork };
  }

  private allocateAgent(agentId: AgentId, nowMs: number): Allocation | undefined {
    const agent = this.agents.get(agentId);
    if (agent?.active !== true) return undefined;
    const available = agent.total.minus(agent.used);
    if (available.scalar("cpus") < 10 || available.scalar("mem") < 32_000) return undefined;
    const frameworks = [...this.frameworks];
    for (let i = 0; i < frameworks.length; i++) {
      const [frameworkId, framework] = frameworks[
        (this.turn + i) % frameworks.length
      ] as (typeof frameworks)[number];
      const role = framework.roles.find((one) => !framework.suppressed.has(one));
      if (!framework.active || role === undefined) continue;
      if ((framework.refused.get(agentId) ?? 0) > nowMs) continue;
      const resources = available.allocatableTo(role);
      this.turn = (this.turn + i + 1) % frameworks.length;
      agent.used = agent.used.plus(resources);
      return { frameworkId, role, agentId, resources: resources.allocate(role) };
    }
    return undefined;
  }
}
