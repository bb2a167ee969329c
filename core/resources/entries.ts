import type { v1 } from "../protocol/v1.js";
import { ResourceIdentity } from "./identity.js";
import { normalizeRanges, type Ranges, toRangeList } from "./ranges.js";
import { type ReservationFormat, reservationFields, reservationStack } from "./reservations.js";
import { fromMilli, toMilli } from "./scalar.js";
import { addValues, isEmptyValue, type ResourceType, type ResourceValue } from "./values.js";

/** One resource: what it is and how much of it. */
export interface Entry {
  readonly identity: ResourceIdentity;
  readonly value: ResourceValue;
}

/** The entries of wire resources, empty ones left out. */
export function entriesOf(list: readonly v1.Resource[]): Entry[] {
  const entries: Entry[] = [];
  for (const resource of list) {
    const value = valueOf(resource);
    if (!isEmptyValue(value)) entries.push(entryOf(resource, value));
  }
  return entries;
}

/** One resource as we write it, in the newer format of reservations; an empty one stays as it is. */
export function upgradedResource(resource: v1.Resource): v1.Resource {
  const value = valueOf(resource);
  if (isEmptyValue(value)) return resource;
  const [upgraded = resource] = wireEntry(entryOf(resource, value), "post-refinement");
  return upgraded;
}

/** Sorted by identity, equal ones added, empty ones left out. */
export function mergeEntries(entries: readonly Entry[]): readonly Entry[] {
  if (isMerged(entries)) return entries;
  const sorted = entries.toSorted((a, b) => a.identity.compare(b.identity));
  const merged: Entry[] = [];
  for (const entry of sorted) {
    const last = merged.at(-1);
    if (last && last.identity.compare(entry.identity) === 0) {
      const { identity } = last;
      const value = addValues(identity.type, last.value, entry.value);
      merged[merged.length - 1] = { identity, value };
    } else merged.push(entry);
  }
  return merged;
}

/** What most clients write is: cpus before mem. */
function isMerged(entries: readonly Entry[]): boolean {
  for (let i = 1; i < entries.length; i++) {
    const [before, entry] = [entries[i - 1] as Entry, entries[i] as Entry];
    if (before.identity.compare(entry.identity) >= 0) return false;
  }
  return true;
}

function valueOf(resource: v1.Resource): ResourceValue {
  switch (resource.type) {
    case "RANGES":
      return normalizeRanges(resource.ranges?.range ?? []);
    case "SET":
      return [...new Set(resource.set?.item ?? [])].sort();
    case "SCALAR":
    case "TEXT":
      return toMilli(resource.scalar?.value ?? 0);
  }
}

function entryOf(resource: v1.Resource, value: ResourceValue): Entry {
  const type = resource.type as ResourceType;
  const allocationRole = resource.allocation_info?.role;
  const reservations = reservationStack(resource);
  const { name, disk, revocable, shared, provider_id } = resource;
  if (reservations.length === 0 && !disk && !revocable && !shared && !provider_id) {
    return { identity: ResourceIdentity.plain(name, type).withAllocation(allocationRole), value };
  }
  const counted = shared !== undefined || isWhole(disk);
  const identity = ResourceIdentity.of({
    name,
    type,
    allocationRole,
    reservations,
    disk,
    revocable: revocable !== undefined,
    shared: shared !== undefined,
    providerId: provider_id?.value,
    fixedAmount: counted ? value : undefined,
  });
  return { identity, value: counted ? 1 : value };
}

/** Whether a disk is never split nor added to: a whole file system or device, or a volume that holds data. */
function isWhole(disk: v1.Resource.DiskInfo | undefined): boolean {
  if (!disk) return false;
  if (disk.persistence) return true;
  const { type, id } = disk.source ?? {};
  return type === "MOUNT" || type === "BLOCK" || (type === "RAW" && id !== undefined);
}

/** As many messages as there are copies: one for what is not counted. */
export function wireEntry(entry: Entry, format: ReservationFormat): v1.Resource[] {
  const { identity, value } = entry;
  const { name, type, fixedAmount, allocationRole, disk, providerId } = identity;
  const resource: v1.Resource = {
    ...(providerId === undefined ? {} : { provider_id: { value: providerId } }),
    name,
    type,
    ...wireValue(type, fixedAmount ?? value),
    ...(allocationRole === undefined ? {} : { allocation_info: { role: allocationRole } }),
    ...reservationFields(identity.reservations, format),
    ...(disk ? { disk } : {}),
    ...(identity.revocable ? { revocable: {} } : {}),
    ...(identity.shared ? { shared: {} } : {}),
  };
  return fixedAmount === undefined ? [resource] : Array(value as number).fill(resource);
}

function wireValue(
  type: ResourceType,
  value: ResourceValue,
): Pick<v1.Resource, "scalar" | "ranges" | "set"> {
  if (type === "SCALAR") return { scalar: { value: fromMilli(value as number) } };
  if (type === "RANGES") return { ranges: { range: toRangeList(value as Ranges) } };
  return { set: { item: value as readonly string[] } };
}
