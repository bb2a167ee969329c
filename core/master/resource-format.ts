import type { v1 } from "../protocol/v1.js";
import type { Resources } from "../resources/resources.js";
import type { Framework } from "./master-state.js";

/**
 * Resources as a framework can read them: without MULTI_ROLE no `allocation_info` (such a framework never launches on an
 * offer that has one), without RESERVATION_REFINEMENT the older format of reservations.
 */
export function toFrameworkResources(
  framework: Framework,
  resources: Resources,
): readonly v1.Resource[] {
  const shown = framework.capabilities.has("MULTI_ROLE") ? resources : resources.unallocate();
  const refined = framework.capabilities.has("RESERVATION_REFINEMENT");
  return shown.toWire(refined ? "post-refinement" : "pre-refinement");
}
