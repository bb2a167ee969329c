import type { v1 } from "../protocol/v1.js";
import { invalidDisk, repeatedPersistenceId } from "./validate-disk.js";
import { invalidReservations } from "./validate-reservations.js";
import { invalidRole } from "./roles.js";

/** What is wrong with resources that came from outside: the first entry and field that is not as it must be. */
export function validateResources(list: readonly v1.Resource[]): string | undefined {
  const types = new Map<string, v1.Value.Type>();
  for (const [index, resource] of list.entries()) {
    const problem = validateResource(resource);
    if (problem) return `resources[${index}] (${resource.name}): ${problem}`;
    const type = types.get(resource.name) ?? resource.type;
    if (type !== resource.type) {
      return `resources[${index}] (${resource.name}): type ${resource.type}, but ${type} elsewhere`;
    }
    types.set(resource.name, type);
  }
  return repeatedPersistenceId(list);
}

function validateResource(resource: v1.Resource): string | undefined {
  if (!resource.name) return "name: must not be empty";
  return (
    invalidValue(resource) ??
    invalidReservations(resource) ??
    invalidAllocation(resource) ??
    invalidDisk(resource) ??
    invalidCombination(resource)
  );
}

function invalidValue(resource: v1.Resource): string | undefined {
  const { type, scalar, ranges, set } = resource;
  const unexpected =
    (type !== "SCALAR" && scalar && "scalar") ||
    (type !== "RANGES" && ranges && "ranges") ||
    (type !== "SET" && set && "set");
  if (unexpected) return `${unexpected}: must not be set with type ${type}`;
  switch (type) {
    case "SCALAR":
      return scalar ? invalidScalar(resource.name, scalar.value) : "scalar: must be set";
    case "RANGES":
      return ranges ? invalidRanges(ranges) : "ranges: must be set";
    case "SET":
      return set ? invalidSet(set) : "set: must be set";
    case "TEXT":
      return "type: a text is not a resource";
  }
}

function invalidScalar(name: string, value: number): string | undefined {
  if (!Number.isFinite(value)) return `scalar.value: ${value} is not a number`;
  if (value < 0) return `scalar.value: ${value} is negative`;
  if (value * 1000 > Number.MAX_SAFE_INTEGER) return `scalar.value: ${value} is too large`;
  if (name === "gpus" && !Number.isInteger(value)) return `scalar.value: ${value} is not whole`;
  return undefined;
}

export function invalidRanges({ range = [] }: v1.Value.Ranges): string | undefined {
  for (const [index, { begin, end }] of range.entries()) {
    if (!Number.isInteger(begin) || !Number.isInteger(end) || begin < 0) {
      return `ranges.range[${index}]: ${begin}-${end} are not whole numbers`;
    }
    if (begin > end) return `ranges.range[${index}]: ${begin}-${end} ends before it begins`;
  }
  return undefined;
}

function invalidSet({ item = [] }: v1.Value.Set): string | undefined {
  const seen = new Set<string>();
  for (const one of item)
    if (seen.size === seen.add(one).size) return `set.item: "${one}" is there twice`;
  return undefined;
}

function invalidAllocation({ allocation_info }: v1.Resource): string | undefined {
  if (allocation_info?.role === undefined) return undefined;
  const problem = invalidRole(allocation_info.role);
  return problem && `allocation_info.role: ${problem}`;
}

function invalidCombination(resource: v1.Resource): string | undefined {
  const { revocable, shared, disk, reservation, reservations } = resource;
  if (revocable && disk?.persistence) return "revocable: a persistent volume cannot be revocable";
  if (revocable && (reservation || reservations?.some(({ type }) => type === "DYNAMIC"))) {
    return "revocable: a dynamic reservation cannot be revocable";
  }
  if (shared && !disk?.persistence) return "shared: only a persistent volume can be shared";
  return undefined;
}
