import { normalizeRanges, type Range, toRangeList } from "../../resources/ranges.js";
import { fromMilli, toMilli } from "../../resources/scalar.js";
import type { v1 } from "../v1.js";

/** Amounts by name, as the older endpoints show them: `{"cpus":1.5,"ports":"[31000-32000]"}`. */
export type V0Resources = Readonly<Record<string, number | string>>;

/** The four names that are there even where there is nothing of them. */
const ALWAYS = ["cpus", "gpus", "mem", "disk"] as const;

/** One sum per name, whatever is reserved for whom; what is revocable is summed under a name of its own. */
export function v0Resources(resources: readonly v1.Resource[] | undefined): V0Resources {
  const scalars = new Map<string, number>(ALWAYS.map((name) => [name, 0]));
  const ranges = new Map<string, Range[]>();
  const sets = new Map<string, string[]>();
  for (const resource of resources ?? []) {
    const name = resource.revocable === undefined ? resource.name : `${resource.name}_revocable`;
    if (resource.scalar !== undefined)
      scalars.set(name, (scalars.get(name) ?? 0) + toMilli(resource.scalar.value));
    else if (resource.ranges !== undefined) listOf(ranges, name).push(...rangesOf(resource));
    else if (resource.set !== undefined) listOf(sets, name).push(...(resource.set.item ?? []));
  }
  return Object.fromEntries([
    ...[...scalars].map(([name, milli]) => [name, fromMilli(milli)] as const),
    ...[...ranges].map(([name, list]) => [name, rangesText(list)] as const),
    ...[...sets].map(([name, items]) => [name, `{${items.join(", ")}}`] as const),
  ]);
}

/** The resources reserved for each role, by the role at the top of their reservation stacks. */
export function v0ReservedResources(
  resources: readonly v1.Resource[],
): Readonly<Record<string, V0Resources>> {
  const reserved = Object.entries(reservedByRole(resources));
  return Object.fromEntries(reserved.map(([role, list]) => [role, v0Resources(list)]));
}

/** The reserved ones of `resources`, by role. */
export function reservedByRole(
  resources: readonly v1.Resource[],
): Readonly<Record<string, readonly v1.Resource[]>> {
  const byRole = new Map<string, v1.Resource[]>();
  for (const resource of resources) {
    const role = resource.reservations?.at(-1)?.role;
    if (role !== undefined) listOf(byRole, role).push(resource);
  }
  return Object.fromEntries(byRole);
}

export function unreservedOf(resources: readonly v1.Resource[]): readonly v1.Resource[] {
  return resources.filter(({ reservations = [] }) => reservations.length === 0);
}

/** Attributes by name: numbers stay numbers, everything else is text. */
export function v0Attributes(attributes: readonly v1.Attribute[] | undefined): V0Resources {
  return Object.fromEntries((attributes ?? []).map((one) => [one.name, attributeValue(one)]));
}

function attributeValue({ scalar, ranges, set, text }: v1.Attribute): number | string {
  if (scalar !== undefined) return scalar.value;
  if (ranges !== undefined) return rangesText(ranges.range ?? []);
  if (set !== undefined) return `{${(set.item ?? []).join(", ")}}`;
  return text?.value ?? "";
}

function rangesOf({ ranges }: v1.Resource): readonly Range[] {
  return ranges?.range ?? [];
}

function rangesText(ranges: readonly Range[]): string {
  const parts = toRangeList(normalizeRanges(ranges)).map(({ begin, end }) => `${begin}-${end}`);
  return `[${parts.join(", ")}]`;
}

function listOf<T>(lists: Map<string, T[]>, name: string): T[] {
  const list = lists.get(name) ?? [];
  lists.set(name, list);
  return list;
}
