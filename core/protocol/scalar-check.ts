import { canonicalBase64 } from "./base64.js";
import { MessageError } from "./message-error.js";
import type { EnumPlan, RawMessage } from "./plan.js";

/** Gives a value back, as it stands or corrected; undefined where the field counts as unset. */
export type Check = (value: unknown, depth: number) => unknown;

type IntegerLimits = readonly [low: number, high: number, beyond: number];
/** 2^63-1 and 2^64-1 parse as the next power of two; the largest doubles below stand for them. */
export const INTEGER_LIMITS: Readonly<Record<string, IntegerLimits>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1, 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1, 2 ** 32 - 1],
  int64: [-(2 ** 63), 2 ** 63 - 1024, 2 ** 63],
  uint64: [0, 2 ** 64 - 2048, 2 ** 64],
};

/** The check of a scalar type of the schema. As in Mesos, numbers and booleans may stand in strings. */
export function scalarCheck(kind: string): Check {
  if (kind === "string") return checkString;
  if (kind === "bool") return checkBoolean;
  if (kind === "bytes") return checkBase64;
  const limits = INTEGER_LIMITS[kind];
  return limits === undefined ? checkNumber : (value) => checkInteger(value, limits);
}

/** The check of an enum, by name; a name that the schema does not know leaves the field unset. */
export function enumCheck(values: EnumPlan): Check {
  return (value) => {
    if (typeof value !== "string") throw MessageError.expected("an enum name", value);
    return values.byName.has(value) ? value : undefined;
  };
}

export function isObject(value: unknown): value is RawMessage {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function checkString(value: unknown): string {
  if (typeof value !== "string") throw MessageError.expected("a string", value);
  return value;
}

export function checkBoolean(value: unknown): boolean {
  if (typeof value === "boolean") return value;
  if (value === "true") return true;
  if (value === "false") return false;
  throw MessageError.expected("true or false", value);
}

/** A finite number: JSON has no other, and what came in as protobuf must go out as JSON. */
export function checkNumber(value: unknown): number {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isFinite(number))
    throw MessageError.expected("a number", value);
  return number;
}

function checkInteger(value: unknown, [low, high, beyond]: IntegerLimits): number {
  const number = checkNumber(value);
  if (!Number.isInteger(number) || number < low || number > beyond)
    throw MessageError.expected(`an integer from ${low} to ${high}`, value);
  return Math.min(number, high);
}

export function checkBase64(value: unknown): string {
  if (typeof value !== "string") throw MessageError.expected("base64", value);
  return canonicalBase64(value);
}
