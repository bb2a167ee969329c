import type { v1 } from "../protocol/v1.js";
import { Resources } from "./resources.js";

/** What an agent writes down of its resources: the dynamically reserved ones and the volumes, as they stand. */
export function checkpointedPart(total: Resources): readonly v1.Resource[] {
  return total
    .filter(
      ({ reservations, isPersistentVolume }) =>
        isPersistentVolume || reservations.at(-1)?.type === "DYNAMIC",
    )
    .toWire();
}

/**
 * An agent's resources with its checkpointed reservations and volumes made of them again; undefined if its configured
 * resources do not hold what was reserved.
 */
export function withCheckpointed(
  configured: Resources,
  checkpointed: readonly v1.Resource[],
): Resources | undefined {
  const bare = bareOf(checkpointed);
  return configured.subtract(bare)?.plus(Resources.fromWire(checkpointed));
}

/** What checkpointed reservations and volumes are made of. */
export function bareOf(checkpointed: readonly v1.Resource[]): Resources {
  return Resources.fromWire(checkpointed.map(asConfigured));
}

/** The resource as the configuration has it: only a static reservation, and no volume. */
function asConfigured({ disk, shared: _shared, ...rest }: v1.Resource): v1.Resource {
  const { reservations: stack = [], ...bare } = rest;
  const reservations = stack.filter(({ type }) => type === "STATIC");
  return {
    ...bare,
    ...(reservations.length > 0 && { reservations }),
    ...(disk?.source && { disk: { source: disk.source } }),
  };
}
