import { SeededRandom } from "../../core/base/random.js";
import type { Allocation, Quota } from "../../core/contracts/allocator.js";
import type { v1 } from "../../core/protocol/v1.js";
import { parseMinAllocatable } from "../../core/resources/quantities.js";
import { Resources } from "../../core/resources/resources.js";
import { HierarchicalAllocator } from "../../modules/allocators/hierarchical.js";
import { DrfSorterFactory } from "../../modules/sorters/drf.js";
import { cpuMs } from "./calibration.js";
import { median } from "./result.js";

/** What every agent has. */
export const AGENT = "cpus:24;mem:4096;disk:4096;ports:[31000-31999]";
const INTERVAL_MS = 1_000;
const capabilities = new Set(["MULTI_ROLE", "HIERARCHICAL_ROLE", "RESERVATION_REFINEMENT"]);

/** Whether all frameworks subscribe to the same role. */
export type Roles = "one role" | "role each";
export const roleOf = (roles: Roles) => (i: number) =>
  roles === "one role" ? "role" : `role-${i}`;

/** An allocator with many agents and frameworks, and virtual time. */
export class AllocatorCluster {
  readonly allocator = new HierarchicalAllocator(new DrfSorterFactory());
  nowMs = 0;

  constructor() {
    this.allocator.initialize({
      allocationIntervalMs: INTERVAL_MS,
      random: new SeededRandom(1),
      fairnessExcludedResources: new Set(),
      filterGpuResources: true,
      minAllocatableResources: parseMinAllocatable("cpus:0.01|mem:32"),
      recoveryTimeoutMs: 600_000,
      agentRecoveryFactor: 0.8,
    });
  }

  /** `used`, if any, is held on every agent by a framework that never asks for more. */
  addAgents(count: number, resources = AGENT, used?: string): void {
    for (let i = 0; i < count; i++) this.addAgent(i, resources, used);
  }
  addAgent(index: number, resources = AGENT, used?: string): void {
    const held = used && new Map([["old", Resources.parse(used).allocate("old")]]);
    const id = `agent-${index}`;
    this.allocator.addAgent(id, agent(index, resources), held || new Map(), this.nowMs);
  }
  removeAgents(count: number): void {
    for (let i = 0; i < count; i++) this.allocator.removeAgent(`agent-${i}`);
  }
  /** Every agent has fewer ports: what is left has been refused by whoever has refused the agent before. */
  shrinkAgents(count: number, lastPort: number): void {
    const fewer = AGENT.replace("31999", String(lastPort));
    for (let i = 0; i < count; i++) this.allocator.updateAgent(`agent-${i}`, agent(i, fewer));
  }

  addFrameworks(count: number, roleOf: (index: number) => string, prefix = "framework"): void {
    for (let i = 0; i < count; i++) this.addFramework(`${prefix}-${i}`, roleOf(i));
  }
  addFramework(id: string, role: string): void {
    this.allocator.addFramework(id, framework(id, role), new Map(), true);
  }
  setQuotas(count: number, roleOf: (index: number) => string, quota: Quota): void {
    for (let i = 0; i < count; i++) this.allocator.updateQuota(roleOf(i), quota);
  }

  cycle(): readonly Allocation[] {
    this.nowMs += INTERVAL_MS;
    this.allocator.beginCycle(this.nowMs);
    return this.run();
  }
  /** What events have given reason to offer. */
  run(): readonly Allocation[] {
    return this.allocator.allocate(this.nowMs, Number.POSITIVE_INFINITY).allocations;
  }

  decline({ frameworkId, agentId, resources }: Allocation, refuseMs: number): void {
    const options = { refuseMs, allocated: false };
    this.allocator.recoverResources(frameworkId, agentId, resources, options, this.nowMs);
  }
}

/** Decoded anew for each agent, as from its own message. */
function agent(index: number, resources: string) {
  const info = { hostname: `host-${index}`, id: { value: `agent-${index}` } };
  return { info, capabilities, total: Resources.fromWire(wire(resources)) };
}

const texts = new Map<string, readonly v1.Resource[]>();

function wire(text: string): readonly v1.Resource[] {
  let list = texts.get(text);
  if (!list) {
    list = Resources.parse(text).toWire();
    texts.set(text, list);
  }
  return list;
}

function framework(id: string, role: string) {
  const info = { user: "user", name: id, roles: [role] };
  return { info, roles: [role], suppressedRoles: new Set<string>() };
}

/** What `work` returns, and the CPU milliseconds that it took. */
export function timed<T>(work: () => T): readonly [T, number] {
  const start = cpuMs();
  const result = work();
  return [result, cpuMs() - start];
}

/** The median of the CPU milliseconds that `work` takes. */
export function timedMedian(times: number, work: (turn: number) => void): number {
  return median(Array.from({ length: times }, (_, turn) => timed(() => work(turn))[1]));
}
