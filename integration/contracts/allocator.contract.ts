import type { Allocator } from "../../core/contracts/allocator.js";
import { describeEligibility } from "./allocator-eligibility.contract.js";
import { describeOffers } from "./allocator-offers.contract.js";
import { describeQuotas } from "./allocator-quotas.contract.js";
import { describeRefusals } from "./allocator-refusals.contract.js";
import { AllocatorStory } from "./allocator-story.js";
import type { AllocatorFeature, AllocatorSuite } from "./allocator-suite.js";
import { describeWalks } from "./allocator-walks.contract.js";

/** What every allocator must do, whatever it takes to be fair; `without` names what this one leaves out. */
export function describeAllocator(
  name: string,
  create: () => Allocator,
  { without = [] }: { readonly without?: readonly AllocatorFeature[] } = {},
): void {
  const suite: AllocatorSuite = {
    create,
    story: (options = {}) => new AllocatorStory(create(), options),
    optional: (feature, title, test) => (without.includes(feature) ? it.skip : it)(title, test),
  };
  describe(`${name}, as an allocator`, () => {
    describeOffers(suite);
    describeRefusals(suite);
    describeEligibility(suite);
    describeQuotas(suite);
    describeWalks(suite);
  });
}
