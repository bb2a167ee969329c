import { expect } from "chai";
import fc from "fast-check";
import { line } from "./allocator-story.js";
import type { AllocatorSuite } from "./allocator-suite.js";
import { AllocatorWalk, interruptingStep, walkStep } from "./allocator-walk.js";

/** What holds whatever happens. */
export function describeWalks({ create }: AllocatorSuite): void {
  it("never gives away more than there is, whatever happens", () => {
    fc.assert(
      fc.property(fc.array(interruptingStep, { maxLength: 60, size: "max" }), (steps) => {
        const walk = new AllocatorWalk(create());
        for (const step of steps) {
          walk.apply(step);
          walk.check();
        }
      }),
      { numRuns: 200 },
    );
  });

  it("gives the same in slices as in one run, when nothing happens between them", () => {
    fc.assert(
      fc.property(
        fc.array(walkStep, { maxLength: 40, size: "max" }),
        fc.integer({ min: 1, max: 7 }),
        (steps, budget) => {
          const [whole, sliced] = [
            new AllocatorWalk(create()),
            new AllocatorWalk(create(), budget),
          ];
          for (const step of steps) {
            whole.apply(step);
            sliced.apply(step);
          }
          expect(sliced.story.outstanding.map(line)).to.deep.equal(
            whole.story.outstanding.map(line),
          );
        },
      ),
    );
  });
}
