import { expect } from "chai";
import fc from "fast-check";
import type { Allocator } from "../../../core/contracts/allocator.js";
import { Resources } from "../../../core/resources/resources.js";
import { AllocatorWalk, walkStep } from "../../../integration/contracts/allocator-walk.js";
import { HierarchicalAllocator } from "../../allocators/hierarchical.js";
import { DrfSorterFactory } from "../../sorters/drf.js";
import type { AllocatorState } from "./allocator-state.js";
import { QuotaLedger } from "./quota-ledger.js";

const tops = ["r", "t", "none"];

/** The state behind an allocator, which only its own test may see. */
function stateOf(allocator: Allocator): AllocatorState {
  return (allocator as unknown as { readonly state: AllocatorState }).state;
}

describe("AllocatorState", () => {
  it("keeps what it would reckon anew: what is available, and what quotas leave", () => {
    fc.assert(
      fc.property(fc.array(walkStep, { maxLength: 60 }), (steps) => {
        const allocator = new HierarchicalAllocator(new DrfSorterFactory());
        const walk = new AllocatorWalk(allocator);
        const state = stateOf(allocator);
        const quotas = new Map();
        for (const step of steps) {
          walk.apply(step);
          if (step.type === "QUOTA") quotas.set(step.role, walk.quotaOf(step));
          const fresh = new QuotaLedger(state.agentStates, state.frameworkStates);
          for (const [role, quota] of quotas) fresh.set(role, quota);
          const read = (ledger: QuotaLedger) =>
            tops.map((top) => [ledger.unsatisfied(top), ledger.room(top)]);
          expect(read(state.quotas)).to.deep.equal(read(fresh));
          for (const agent of state.agentStates.values()) {
            const held = Resources.sum(agent.held.values()).unallocate();
            expect(agent.available.key).to.equal(agent.total.without(held).key);
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});
