import type { AgentId, FrameworkId } from "../../core/base/ids.js";
import type {
  Allocation,
  AllocationSlice,
  Allocator,
  ResourceConversion,
} from "../../core/contracts/allocator.js";
import { Resources } from "../../core/resources/resources.js";

/** A fake of the contract: offers exactly what a test asks for, and remembers what came back. */
export class ScriptedAllocator implements Allocator {
  private queue: Allocation[] = [];
  /** What was recovered, in words: `framework agent resources [refused for N ms]`. */
  readonly recovered: string[] = [];
  readonly calls: string[] = [];
  /** What `updateAvailable` answers. */
  available = false;

  offer(
    frameworkId: FrameworkId,
    agentId: AgentId,
    resources: Resources | string,
    role = "*",
  ): void {
    const bundle = (
      typeof resources === "string" ? Resources.parse(resources) : resources
    ).allocate(role);
    this.queue.push({ frameworkId, agentId, role, resources: bundle });
  }

  initialize(): void {}
  recover(): void {}
  addFramework(frameworkId: FrameworkId): void {
    this.calls.push(`addFramework ${frameworkId}`);
  }
  updateFramework(): void {}
  removeFramework(frameworkId: FrameworkId): void {
    this.calls.push(`removeFramework ${frameworkId}`);
  }
  activateFramework(): void {}
  deactivateFramework(frameworkId: FrameworkId): void {
    this.calls.push(`deactivateFramework ${frameworkId}`);
  }
  addAgent(agentId: AgentId, _agent: unknown, used: ReadonlyMap<FrameworkId, Resources>): void {
    const sum = Resources.sum(used.values()).unallocate();
    this.calls.push(`addAgent ${agentId} ${sum.toString()}`.trim());
  }
  updateAgent(): void {}
  removeAgent(agentId: AgentId): void {
    this.calls.push(`removeAgent ${agentId}`);
  }
  activateAgent(): void {}
  deactivateAgent(agentId: AgentId): void {
    this.calls.push(`deactivateAgent ${agentId}`);
  }
  updateWhitelist(hostnames: ReadonlySet<string> | undefined): void {
    this.calls.push(`updateWhitelist ${[...(hostnames ?? ["*"])].join(" ")}`);
  }
  updateUnavailability(): void {}
  updateInverseOffer(): void {}
  inverseOfferResponses() {
    return [];
  }
  updateAllocation(
    frameworkId: FrameworkId,
    agentId: AgentId,
    conversions: readonly ResourceConversion[],
  ): void {
    for (const { consumed, converted } of conversions)
      this.calls.push(
        `updateAllocation ${frameworkId} ${agentId} ${consumed.unallocate().toString()} -> ${converted.unallocate().toString()}`,
      );
  }
  updateAvailable(): boolean {
    return this.available;
  }
  transitionOfferedToAllocated(): void {}
  recoverResources(
    frameworkId: FrameworkId,
    agentId: AgentId,
    resources: Resources,
    { refuseMs }: { readonly refuseMs?: number },
  ): void {
    const text = `${frameworkId} ${agentId} ${resources.unallocate().toString()}`;
    this.recovered.push(refuseMs === undefined ? text : `${text} refused for ${refuseMs} ms`);
  }
  suppressOffers(_frameworkId: FrameworkId, roles: readonly string[]): void {
    this.calls.push(`suppressOffers ${roles.join(",")}`);
  }
  reviveOffers(_frameworkId: FrameworkId, roles: readonly string[]): void {
    this.calls.push(`reviveOffers ${roles.join(",")}`);
  }
  updateQuota(): void {}
  updateWeights(): void {}
  beginCycle(): void {}
  get hasWork(): boolean {
    return this.queue.length > 0;
  }
  allocate(): AllocationSlice {
    const allocations = this.queue;
    this.queue = [];
    return { allocations, inverseAllocations: [], more: false };
  }
}
