import { normalizeRanges, type Range, toRangeList } from "../../resources/ranges.js";
import { fromMilli, toMilli } from "../../resources/scalar.js";
import type { v1 } from "../v1.js";

/** Amounts by name, as the older endpoints show them: `{"cpus":1.5,"ports":"[31000-32000]"}`. */
export type V0Resources = Readonly<Record<string, number | string>>;

/**
 * One sum per name, whatever is reserved for whom; what is revocable is summed under a name of its own. Four names are
 * there even where there is nothing of them.
 */
export function v0Resources(resources: readonly v1.Resource[] | undefined): V0Resources {
  return v0ResourcesOf(resources === undefined ? [] : [resources]);
}

/** The same, of what stands in many lists. */
export function v0ResourcesOf(lists: readonly (readonly v1.Resource[])[]): V0Resources {
  const milli: Record<string, number> = { cpus: 0, gpus: 0, mem: 0, disk: 0 };
  const texts = new TextResources();
  for (const list of lists) {
    for (const resource of list) {
      const name = resource.revocable === undefined ? resource.name : `${resource.name}_revocable`;
      if (resource.scalar === undefined) texts.add(name, resource);
      else milli[name] = (milli[name] ?? 0) + toMilli(resource.scalar.value);
    }
  }
  const shown: Record<string, number | string> = milli;
  for (const name in milli) shown[name] = fromMilli(milli[name] ?? 0);
  return texts.isEmpty ? shown : { ...shown, ...texts.toTexts() };
}

/** Ranges and sets by name, which are shown as text. */
class TextResources {
  private readonly ranges = new Map<string, Range[]>();
  private readonly sets = new Map<string, string[]>();

  add(name: string, { ranges, set }: v1.Resource): void {
    if (ranges?.range !== undefined) addTo(this.ranges, name, ranges.range);
    if (set?.item !== undefined) addTo(this.sets, name, set.item);
  }
  get isEmpty(): boolean {
    return this.ranges.size === 0 && this.sets.size === 0;
  }
  toTexts(): V0Resources {
    return Object.fromEntries([
      ...[...this.ranges].map(([name, list]) => [name, rangesText(list)]),
      ...[...this.sets].map(([name, items]) => [name, setText(items)]),
    ]) as V0Resources;
  }
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
    if (role !== undefined) addTo(byRole, role, [resource]);
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
  return set === undefined ? (text?.value ?? "") : setText(set.item ?? []);
}

function rangesText(ranges: readonly Range[]): string {
  const parts = toRangeList(normalizeRanges(ranges)).map(({ begin, end }) => `${begin}-${end}`);
  return `[${parts.join(", ")}]`;
}

function setText(items: readonly string[]): string {
  return `{${items.join(", ")}}`;
}

function addTo<T>(lists: Map<string, T[]>, name: string, items: readonly T[]): void {
  const list = lists.get(name);
  if (list === undefined) lists.set(name, [...items]);
  else for (const item of items) list.push(item);
}
