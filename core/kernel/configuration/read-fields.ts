import type { z } from "zod";
import type { Configured, Fields } from "./fields.js";
import { check, pathOf, type Problem, quoted, unknownKey } from "./problems.js";

/** What was read of a configuration, and everything that is wrong with it. */
export interface ReadFields<F extends Fields> {
  /** Every key that could be read; the whole configuration where there are no problems. */
  readonly values: Partial<Configured<F>>;
  readonly problems: readonly Problem[];
}

/** Reads every field of its own, so that one problem hides no other. `at` is the path of the whole. */
export function readFields<F extends Fields>(fields: F, raw: unknown, at = ""): ReadFields<F> {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw))
    return {
      values: {},
      problems: [{ path: at, message: `expected an object, got ${quoted(raw)}` }],
    };
  const input = raw as Readonly<Record<string, unknown>>;
  const values: Record<string, unknown> = {};
  const problems: Problem[] = Object.keys(input)
    .filter((key) => !Object.hasOwn(fields, key))
    .map((key) => unknownKey(pathOf(at, key), key, Object.keys(fields)));
  for (const [key, field] of Object.entries(fields)) {
    const checked = check(field, input[key], pathOf(at, key));
    if (!checked.ok) problems.push(...checked.problems);
    const value = checked.ok ? checked.value : readPartly(field, input[key]);
    if (value !== undefined) values[outputKey(key, field)] = value;
  }
  return { values: values as Partial<Configured<F>>, problems };
}

function readPartly(field: z.ZodType, input: unknown): unknown {
  if ("readPartly" in field && typeof field.readPartly === "function")
    return field.readPartly(input) as unknown;
  return undefined;
}

/** What a field is called once it has been read. */
export function outputKey(key: string, field: z.ZodType): string {
  return "unit" in field && typeof field.unit === "string" ? `${key}${field.unit}` : key;
}
