import { expect } from "chai";
import fc from "fast-check";
import type { Allocation, Allocator, Quota } from "../../core/contracts/allocator.js";
import { Resources } from "../../core/resources/resources.js";
import { agentOf, AllocatorStory, quota } from "./allocator-story.js";

const agents = ["a", "b", "c"];
const frameworks = ["f", "g", "h"];
const roles = ["r", "r/s", "t"];
const totals = [
  "cpus:4;mem:1024;ports:[1-9]",
  "cpus:2;mem:512;cpus(r):2",
  "cpus:1;mem:64;disk(r/s):10;mem(t):100",
  "cpus:8;mem:2048;gpus:1",
];
const amounts = ["cpus:1", "cpus:3;mem:100", "mem:0", "cpus:2;mem:500"];

/** One thing that may happen to an allocator; what does not apply is left out. */
export type WalkStep =
  | { readonly type: "ADD_AGENT" | "UPDATE_AGENT"; readonly agent: string; readonly total: string }
  | { readonly type: "REMOVE_AGENT" | "TOGGLE_AGENT"; readonly agent: string }
  | { readonly type: "ADD_FRAMEWORK"; readonly framework: string; readonly role: string }
  | { readonly type: "REMOVE_FRAMEWORK" | "REVIVE" | "SUPPRESS"; readonly framework: string }
  | {
      readonly type: "QUOTA";
      readonly role: string;
      /** None: the quota is removed. */
      readonly amounts: string | undefined;
      readonly of: "GUARANTEE" | "LIMIT" | "BOTH";
    }
  | { readonly type: "DECLINE" | "FINISH"; readonly index: number; readonly refuseMs: number }
  | { readonly type: "CYCLE"; readonly afterMs: number }
  | { readonly type: "SLICE"; readonly afterMs: number; readonly budget: number };

const agent = fc.constantFrom(...agents);
const framework = fc.constantFrom(...frameworks);
const role = fc.constantFrom(...roles);
const total = fc.constantFrom(...totals);
const of = <T extends string>(...types: T[]) => fc.constantFrom(...types);

const weighted = (weight: number, arbitrary: fc.Arbitrary<WalkStep>) => ({ weight, arbitrary });

export const walkStep: fc.Arbitrary<WalkStep> = fc.oneof(
  weighted(2, fc.record({ type: of("ADD_AGENT", "UPDATE_AGENT"), agent, total })),
  weighted(1, fc.record({ type: of("REMOVE_AGENT"), agent })),
  weighted(1, fc.record({ type: of("TOGGLE_AGENT"), agent })),
  weighted(2, fc.record({ type: of("ADD_FRAMEWORK"), framework, role })),
  weighted(
    1,
    fc.record({ type: of("REMOVE_FRAMEWORK", "REVIVE", "REVIVE", "SUPPRESS"), framework }),
  ),
  weighted(
    2,
    fc.record({
      type: of("QUOTA"),
      role: fc.constantFrom("r", "t"),
      amounts: fc.constantFrom(undefined, ...amounts),
      of: of("GUARANTEE", "LIMIT", "BOTH", "BOTH"),
    }),
  ),
  weighted(
    6,
    fc.record({
      type: of("DECLINE", "FINISH"),
      index: fc.nat(2),
      refuseMs: fc.constantFrom(0, 1_000, 3_000, 3_000),
    }),
  ),
  weighted(6, fc.record({ type: of("CYCLE"), afterMs: fc.constantFrom(0, 500, 2_000) })),
);

/** Also begins runs that other things happen in the middle of. */
export const interruptingStep: fc.Arbitrary<WalkStep> = fc.oneof(
  weighted(3, walkStep),
  weighted(
    1,
    fc.record({
      type: of("SLICE"),
      afterMs: fc.constantFrom(0, 500),
      budget: fc.nat(3),
    }),
  ),
);

/** Drives an allocator through random events, and keeps its own plain books of what it has given away. */
export class AllocatorWalk {
  readonly story: AllocatorStory;
  readonly totals = new Map<string, Resources>();
  readonly quotas = new Map<string, Quota>();
  /** Each with its role. */
  private readonly frameworks = new Map<string, string>();
  private readonly inactive = new Set<string>();

  /** @param onAllocation what else to look at; `held` is what was out before. */
  constructor(
    allocator: Allocator,
    private readonly budget = Number.POSITIVE_INFINITY,
    private readonly onAllocation = (_given: Allocation, _held: readonly Allocation[]) => {},
  ) {
    this.story = new AllocatorStory(allocator);
    this.apply({ type: "ADD_AGENT", agent: "a", total: "cpus:4;mem:1024;ports:[1-9]" });
    this.apply({ type: "ADD_AGENT", agent: "b", total: "cpus:2;mem:512;cpus(r):2" });
    this.apply({ type: "ADD_FRAMEWORK", framework: "f", role: "r" });
  }

  apply(step: WalkStep): void {
    const { allocator } = this.story;
    switch (step.type) {
      case "ADD_AGENT":
        if (!this.totals.has(step.agent)) this.story.agent(step.agent, step.total);
        else return;
        this.totals.set(step.agent, Resources.parse(step.total));
        this.inactive.delete(step.agent);
        return;
      case "UPDATE_AGENT":
        if (!this.totals.has(step.agent)) return;
        allocator.updateAgent(step.agent, agentOf(step.agent, step.total, {}));
        this.totals.set(step.agent, Resources.parse(step.total));
        return;
      case "REMOVE_AGENT":
        allocator.removeAgent(step.agent);
        this.totals.delete(step.agent);
        this.lose(({ agentId }) => agentId === step.agent);
        return;
      case "TOGGLE_AGENT":
        if (this.inactive.delete(step.agent)) allocator.activateAgent(step.agent);
        else {
          this.inactive.add(step.agent);
          allocator.deactivateAgent(step.agent);
        }
        return;
      case "ADD_FRAMEWORK":
        if (this.frameworks.has(step.framework)) return;
        this.frameworks.set(step.framework, step.role);
        this.story.framework(step.framework, step.role);
        return;
      case "REMOVE_FRAMEWORK":
        this.story.decline(step.framework);
        allocator.removeFramework(step.framework);
        this.frameworks.delete(step.framework);
        return;
      case "REVIVE":
        allocator.reviveOffers(step.framework, this.rolesOf(step.framework));
        return;
      case "SUPPRESS":
        allocator.suppressOffers(step.framework, this.rolesOf(step.framework));
        return;
      case "QUOTA":
        this.setQuota(step.role, quotaOf(step));
        return;
      case "DECLINE":
      case "FINISH":
        this.giveBack(step.index, step.type === "FINISH", step.refuseMs);
        return;
      case "CYCLE":
        this.cycle(step.afterMs, () => this.story.slices(this.budget));
        return;
      case "SLICE":
        this.cycle(step.afterMs, () => this.story.slice(step.budget).allocations);
    }
  }

  /** Every bundle must have been free, on an agent that may be offered. */
  private cycle(afterMs: number, allocate: () => readonly Allocation[]): void {
    const { allocator, outstanding } = this.story;
    const before = [...outstanding];
    this.story.nowMs += afterMs;
    allocator.beginCycle(this.story.nowMs);
    for (const allocation of allocate()) {
      const { agentId, resources } = allocation;
      expect(this.inactive.has(agentId)).to.equal(false);
      const held = Resources.sum(before.filter((one) => one.agentId === agentId).map(bare));
      const free = this.totals.get(agentId)?.without(held) ?? Resources.empty;
      expect(
        free.contains(bare(allocation)),
        `${free.toString()} - ${resources.toString()}`,
      ).to.equal(true);
      this.onAllocation(allocation, before);
      before.push(allocation);
    }
  }

  private setQuota(role: string, changed: Quota | undefined): void {
    if (changed) this.quotas.set(role, changed);
    else this.quotas.delete(role);
    this.story.allocator.updateQuota(role, changed);
  }

  private rolesOf(frameworkId: string): readonly string[] {
    const role = this.frameworks.get(frameworkId);
    return role === undefined ? [] : [role];
  }

  private giveBack(index: number, allocated: boolean, refuseMs: number): void {
    const { outstanding, allocator, nowMs } = this.story;
    const [allocation] = outstanding.splice(index, 1);
    if (!allocation) return;
    const { frameworkId, agentId, resources } = allocation;
    allocator.recoverResources(frameworkId, agentId, resources, { refuseMs, allocated }, nowMs);
  }

  private lose(isLost: (allocation: { readonly agentId: string }) => boolean): void {
    const { outstanding } = this.story;
    outstanding.splice(0, outstanding.length, ...outstanding.filter((one) => !isLost(one)));
  }

  /** What is out is on agents and of frameworks that are there, and such as its role may have. */
  check(): void {
    for (const allocation of this.story.outstanding) {
      const { agentId, frameworkId, role } = allocation;
      expect(this.totals.has(agentId)).to.equal(true);
      expect(this.frameworks.has(frameworkId)).to.equal(true);
      expect(bare(allocation).isEmpty).to.equal(false);
      expect(bare(allocation).allocatableTo(role).equals(bare(allocation))).to.equal(true);
    }
  }
}

function quotaOf({ amounts = "", of }: Extract<WalkStep, { type: "QUOTA" }>): Quota | undefined {
  if (amounts === "") return undefined;
  return quota(of === "LIMIT" ? "" : amounts, of === "GUARANTEE" ? "" : amounts);
}

function bare({ resources }: { readonly resources: Resources }): Resources {
  return resources.unallocate();
}
