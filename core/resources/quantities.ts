import { KernelError } from "../base/kernel-error.js";
import type { v1 } from "../protocol/v1.js";
import { parseValue } from "./parse-value.js";
import { fromMilli, toMilli } from "./scalar.js";

/** Amounts of scalar resources by name, in integer thousandths: `cpus` 1500 is one and a half. */
export type ResourceQuantities = ReadonlyMap<string, number>;

export const noQuantities: ResourceQuantities = new Map();

type WireQuantities = Readonly<Record<string, v1.Value.Scalar>>;

/** The quantities of a quota or an offer filter, as they stand on the wire. */
export function quantitiesFromWire(wire: WireQuantities | undefined): ResourceQuantities {
  return new Map(Object.entries(wire ?? {}).map(([name, { value }]) => [name, toMilli(value)]));
}

export function quantitiesToWire(quantities: ResourceQuantities): WireQuantities {
  return Object.fromEntries([...quantities].map(([name, milli]) => [name, scalarOf(milli)]));
}

function scalarOf(milli: number): v1.Value.Scalar {
  return { value: fromMilli(milli) };
}

/** `cpus:0.01;mem:32`. @throws KernelError naming the item. */
export function parseQuantities(text: string): ResourceQuantities {
  const quantities = new Map<string, number>();
  for (const item of text.split(";")) {
    if (item.trim() === "") continue;
    const [name = "", amount = ""] = item.split(":").map((part) => part.trim());
    const value = parseValue(amount);
    if (name === "" || typeof value === "string" || !value.scalar || value.scalar.value < 0) {
      throw new KernelError(
        "CONFIGURATION_INVALID",
        `quantity "${item.trim()}": expected a name and an amount such as cpus:0.5`,
      );
    }
    quantities.set(name, (quantities.get(name) ?? 0) + toMilli(value.scalar.value));
  }
  return quantities;
}

/** As `parseQuantities` reads them. */
export function printQuantities(quantities: ResourceQuantities): string {
  return [...quantities].map(([name, milli]) => `${name}:${fromMilli(milli)}`).join(";");
}

/** The alternatives of `--min_allocatable_resources`: `cpus:0.01|mem:32`. */
export function parseMinAllocatable(text: string): readonly ResourceQuantities[] {
  return text
    .split("|")
    .filter((alternative) => alternative.trim() !== "")
    .map(parseQuantities);
}

export function addQuantities(
  left: ResourceQuantities,
  right: ResourceQuantities,
): ResourceQuantities {
  const sum = new Map(left);
  accumulate(sum, right, 1);
  return sum;
}

/** Adds to, or takes from, a sum that is kept; it may become negative. */
export function accumulate(
  sum: Map<string, number>,
  quantities: ResourceQuantities,
  sign: 1 | -1,
): void {
  for (const [name, milli] of quantities) sum.set(name, (sum.get(name) ?? 0) + sign * milli);
}

/** What is left of `left`, name by name; what would be zero or less is not there. */
export function subtractQuantities(
  left: ResourceQuantities,
  right: ResourceQuantities,
): ResourceQuantities {
  const rest = new Map<string, number>();
  for (const [name, milli] of left) {
    const amount = milli - (right.get(name) ?? 0);
    if (amount > 0) rest.set(name, amount);
  }
  return rest;
}

/** Whether there is at least as much of everything; a name that is not there has none. */
export function containsQuantities(left: ResourceQuantities, right: ResourceQuantities): boolean {
  for (const [name, milli] of right) if ((left.get(name) ?? 0) < milli) return false;
  return true;
}
