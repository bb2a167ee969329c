import type { v1 } from "../protocol/v1.js";

/** A multiset of resources; see the algebra's own tests for what merges with what. */
export class Resources {
  constructor(readonly entries: readonly v1.Resource[]) {}
}
