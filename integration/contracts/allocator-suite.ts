import type { Allocator, AllocatorOptions } from "../../core/contracts/allocator.js";
import type { AllocatorStory } from "./allocator-story.js";

/** What an allocator may leave out, if it says so. */
export type AllocatorFeature =
  /** The least that is worth an offer, the cluster's and a framework's own. */
  | "MINIMUM"
  /** Offers of revocable resources, of shared volumes, of refined reservations. Without: nobody is offered any. */
  | "REVOCABLE"
  | "SHARED"
  | "REFINED"
  /** Agents with GPUs, of other regions, or too old for roles below others are kept from whom they are not for. */
  | "HIDING"
  | "CONSTRAINTS"
  | "INVERSE_OFFERS"
  | "QUOTAS";

/** What the parts of the suite work with. */
export interface AllocatorSuite {
  readonly create: () => Allocator;
  readonly story: (options?: Partial<AllocatorOptions>) => AllocatorStory;
  /** Declares a test that is left out with the feature. */
  readonly optional: (feature: AllocatorFeature, title: string, test: () => void) => void;
}
