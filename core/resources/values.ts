import { addRanges, containsRanges, type Ranges, subtractRanges } from "./ranges.js";

/** Thousandths or copies, intervals, or the sorted items of a set; the entry's identity says which. */
export type ResourceValue = number | Ranges | readonly string[];
export type ResourceType = "SCALAR" | "RANGES" | "SET";

/** Neither operand is ever empty; both are of the same type. */
export function addValues(type: ResourceType, left: ResourceValue, right: ResourceValue) {
  if (typeof left === "number") return left + (right as number);
  if (type === "RANGES") return addRanges(left as Ranges, right as Ranges);
  return [...new Set([...(left as readonly string[]), ...(right as readonly string[])])].sort();
}

/** As far as it is there. */
export function subtractValues(type: ResourceType, left: ResourceValue, right: ResourceValue) {
  if (typeof left === "number") return Math.max(0, left - (right as number));
  if (type === "RANGES") return subtractRanges(left as Ranges, right as Ranges);
  const items = new Set(right as readonly string[]);
  return (left as readonly string[]).filter((item) => !items.has(item));
}

export function containsValue(type: ResourceType, left: ResourceValue, right: ResourceValue) {
  if (typeof left === "number") return left >= (right as number);
  if (left === right) return true;
  if (type === "RANGES") return containsRanges(left as Ranges, right as Ranges);
  const items = new Set(left as readonly string[]);
  return (right as readonly string[]).every((item) => items.has(item));
}

export function isEmptyValue(value: ResourceValue): boolean {
  return typeof value === "number" ? value === 0 : value.length === 0;
}

export function equalValues(left: ResourceValue, right: ResourceValue): boolean {
  if (left === right) return true;
  if (typeof left === "number" || typeof right === "number") return false;
  if (left.length !== right.length) return false;
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
  return true;
}
