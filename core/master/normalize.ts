import { extend } from "../base/extend.js";
import type { v1 } from "../protocol/v1.js";
import { upgradedResource } from "../resources/entries.js";

/**
 * Resources as the master works with them, whatever the client wrote: reservations in the newer format, and allocated to
 * the role of the offers they come from. Entry by entry: copies of a shared volume stay apart.
 */
export function normalizeResources(
  resources: readonly v1.Resource[],
  role: string | undefined,
): readonly v1.Resource[] {
  return resources.map((resource) => {
    const upgraded = upgradedResource(resource);
    if (role === undefined || upgraded.allocation_info?.role !== undefined) return upgraded;
    return extend(upgraded, { allocation_info: { role } });
  });
}

/** The same for every resource an operation speaks of. */
export function normalizeOperation(
  operation: v1.Offer.Operation,
  role: string | undefined,
): v1.Offer.Operation {
  const list = (resources: readonly v1.Resource[] | undefined) =>
    normalizeResources(resources ?? [], role);
  const one = (resource: v1.Resource) => list([resource])[0] ?? resource;
  const { reserve, unreserve, create, destroy, grow_volume, shrink_volume } = operation;
  return {
    ...operation,
    ...(reserve && {
      reserve: {
        resources: list(reserve.resources),
        ...(reserve.source && { source: list(reserve.source) }),
      },
    }),
    ...(unreserve && { unreserve: { resources: list(unreserve.resources) } }),
    ...(create && { create: { volumes: list(create.volumes) } }),
    ...(destroy && { destroy: { volumes: list(destroy.volumes) } }),
    ...(grow_volume && {
      grow_volume: { volume: one(grow_volume.volume), addition: one(grow_volume.addition) },
    }),
    ...(shrink_volume && {
      shrink_volume: { ...shrink_volume, volume: one(shrink_volume.volume) },
    }),
  };
}
