import type { Random } from "../../core/base/random.js";
import { pick } from "./random-message.js";

const STRANGERS = [
  null,
  {},
  [],
  0,
  -1,
  1.5,
  2 ** 70,
  "",
  "x",
  "1",
  true,
  [null],
  [[]],
  { value: "x" },
];

/** A copy with one value, somewhere inside, replaced by one that may not belong there. */
export function mutateValue(value: unknown, random: Random): unknown {
  if (typeof value !== "object" || value === null || random.integer(8) === 0)
    return structuredClone(pick(random, STRANGERS));
  const copy = structuredClone(value) as Record<string, unknown>;
  const keys = Object.keys(copy);
  const key = keys.length > 0 ? pick(random, keys) : "0";
  copy[key] = mutateValue(copy[key], random);
  return copy;
}
