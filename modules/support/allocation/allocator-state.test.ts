import { expect } from "chai";
import fc from "fast-check";
import type { Allocator } from "../../../core/contracts/allocator.js";
import { Resources } from "../../../core/resources/resources.js";
import {
  AllocatorWalk,
  interruptingStep,
  walkStep,
} from "../../../integration/contracts/allocator-walk.js";
import { HierarchicalAllocator } from "../../allocators/hierarchical.js";
import { DrfSorterFactory } from "../../sorters/drf.js";
import type { AllocatorState } from "./allocator-state.js";
import { QuotaLedger } from "./quota-ledger.js";
import { TopRoles } from "./top-roles.js";

const names = ["r", "t", "none"];

/** The state behind an allocator, which only its own test may see. */
function stateOf(allocator: Allocator): AllocatorState {
  return (allocator as unknown as { readonly state: AllocatorState }).state;
}

describe("AllocatorState", function () {
  this.timeout(60_000);
  it("keeps what it would reckon anew: what is available, and what quotas leave", () => {
    fc.assert(
      fc.property(fc.array(walkStep, { maxLength: 60, size: "max" }), (steps) => {
        const allocator = new HierarchicalAllocator(new DrfSorterFactory());
        const walk = new AllocatorWalk(allocator);
        const state = stateOf(allocator);
        for (const step of steps) {
          walk.apply(step);
          const tops = new TopRoles();
          const { agentStates, frameworkStates } = state;
          const fresh = new QuotaLedger(agentStates, frameworkStates, tops, []);
          for (const [role, quota] of walk.quotas) fresh.set(role, quota);
          const read = (ledger: QuotaLedger, among: TopRoles) =>
            names.map((name) => [
              ledger.unsatisfied(among.get(name)),
              ledger.room(among.get(name)),
            ]);
          expect(read(state.quotas, state.tops)).to.deep.equal(read(fresh, tops));
          for (const agent of state.agentStates.values()) {
            const held = Resources.sum(agent.held.values()).unallocate();
            expect(agent.available.key).to.equal(agent.total.without(held).key);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it("leaves nothing unoffered that some client may have, whatever it has skipped", () => {
    fc.assert(
      fc.property(
        fc.array(interruptingStep, { maxLength: 80, size: "max" }),
        fc.boolean(),
        (steps, whole) => {
          const allocator = new HierarchicalAllocator(new DrfSorterFactory());
          const walk = new AllocatorWalk(allocator, whole ? Number.POSITIVE_INFINITY : 2);
          for (const step of steps) {
            walk.apply(step);
            if (step.type !== "CYCLE") continue;
            // A run that a slice began before may have ended just now: the cycle itself comes after it.
            walk.apply({ type: "CYCLE", afterMs: 0 });
            expect(offerable(stateOf(allocator), walk.story.nowMs)).to.deep.equal([]);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** By looking at every pair: what could be offered now. */
function offerable(state: AllocatorState, nowMs: number): readonly string[] {
  const { bundles } = state;
  const found: string[] = [];
  for (const agent of state.agentStates.values()) {
    for (const framework of state.frameworkStates.values()) {
      for (const client of framework.clients.values()) {
        if (!agent.isOfferable || !client.isServed || bundles.hiddenBy(agent, client)) continue;
        const bundle = bundles.fairPart(bundles.takeable(agent, client, -1), client);
        if (!bundles.isEnough(bundle, client.minimum)) continue;
        if (agent.keptUntil(client, bundle, nowMs) > 0) continue;
        found.push(`${framework.id} on ${agent.id}: ${bundle.toString()}`);
      }
    }
  }
  return found;
}
