import protobuf from "protobufjs/minimal.js";
import { MessageError } from "./message-error.js";
import type { Field, Plan } from "./plan.js";

type Raw = Record<string, unknown>;
const { base64 } = protobuf.util;
/** Padded, and the bits that the last character does not use are zero: equal bytes are equal texts. */
const CANONICAL = /^[A-Za-z0-9+/]*(?:[AQgw]==|[AEIMQUYcgkosw048]=)?$/;
/** Gives the value back, as it stands or corrected; undefined where the field counts as unset. */
type Check = (value: unknown, depth: number) => unknown;
const checks = new Map<Plan, Map<string, Check>>();

/** `value` itself if it fits the schema as it stands, else a copy without nulls, unknown fields and unknown enum names. */
export function checkMessage(plan: Plan, value: unknown, depth = 0): Raw {
  if (!isObject(value)) throw expected("an object", value);
  if (depth > 100) throw new MessageError("nested too deeply");
  const known = checksOf(plan);
  let message = value;
  let key = "";
  try {
    for (key in value) {
      const before = value[key];
      const after =
        before === null || before === undefined ? undefined : known.get(key)?.(before, depth + 1);
      if (after !== before && message === value) message = leading(value, key);
      if (message !== value && after !== undefined) message[key] = after;
    }
  } catch (error) {
    throw MessageError.within(error, `.${key}`);
  }
  for (const { name, values } of plan.required) {
    if (message[name] !== undefined) continue;
    const why =
      values !== undefined && typeof value[name] === "string"
        ? expected(`one of ${[...values.byName.keys()]}`, value[name])
        : new MessageError("required, but not set");
    throw why.within(`.${name}`);
  }
  return message;
}
function leading(value: Raw, end: string): Raw {
  return Object.fromEntries(Object.entries(value).slice(0, Object.keys(value).indexOf(end)));
}
function checksOf(plan: Plan): Map<string, Check> {
  let known = checks.get(plan);
  if (known === undefined)
    checks.set(
      plan,
      (known = new Map(plan.fields.map((field) => [field.name, fieldCheck(field)]))),
    );
  return known;
}
function fieldCheck(field: Field): Check {
  const one = valueCheck(field);
  if (field.rule === "map") return (value, depth) => checkMap(one, value, depth);
  return field.rule === "repeated" ? (value, depth) => checkList(one, value, depth) : one;
}
function checkList(one: Check, value: unknown, depth: number): unknown {
  const given: unknown[] = Array.isArray(value) ? value : [value]; // as in Mesos, a lone element is a list of one
  const list = given.map((item, i) => (item === null ? undefined : at(`[${i}]`, one, item, depth)));
  if (given === value && list.length > 0 && list.every((item, i) => item === given[i]))
    return value;
  const kept = list.filter((item) => item !== undefined);
  return kept.length > 0 ? kept : undefined;
}
function checkMap(one: Check, value: unknown, depth: number): unknown {
  if (!isObject(value)) throw expected("an object", value);
  const given = Object.entries(value);
  const kept = given
    .map(
      ([key, item]) =>
        [key, item === null ? undefined : at(`["${key}"]`, one, item, depth)] as const,
    )
    .filter(([, item]) => item !== undefined);
  if (kept.length === 0) return undefined;
  return kept.length === given.length && kept.every(([, item], i) => item === given[i]?.[1])
    ? value
    : Object.fromEntries(kept);
}
function at(step: string, one: Check, value: unknown, depth: number): unknown {
  try {
    return one(value, depth);
  } catch (error) {
    throw MessageError.within(error, step);
  }
}
function valueCheck({ kind, message, values }: Field): Check {
  if (message !== undefined) return (v, depth) => checkMessage(message, v, depth);
  if (values !== undefined)
    return (v) =>
      typeof v !== "string" ? raise("an enum name", v) : values.byName.has(v) ? v : undefined;
  if (kind === "string") return (v) => (typeof v === "string" ? v : raise("a string", v));
  if (kind === "bool")
    return (v) =>
      typeof v === "boolean" ? v : v === "true" || (v !== "false" && raise("true or false", v));
  if (kind === "bytes") return checkBase64;
  const limits = LIMITS[kind];
  return limits === undefined ? checkNumber : (v) => checkInteger(v, limits);
}
/** 2^63-1 and 2^64-1 parse as the next power of two; the largest doubles below stand for them. */
const LIMITS: Readonly<Record<string, readonly [low: number, high: number, beyond: number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1, 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1, 2 ** 32 - 1],
  int64: [-(2 ** 63), 2 ** 63 - 1024, 2 ** 63],
  uint64: [0, 2 ** 64 - 2048, 2 ** 64],
};
function checkInteger(
  value: unknown,
  [low, high, beyond]: readonly [number, number, number],
): number {
  const number = checkNumber(value);
  if (!Number.isInteger(number) || number < low || number > beyond)
    throw expected(`an integer from ${low} to ${high}`, value);
  return Math.min(number, high);
}
function checkNumber(value: unknown): number {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value; // Mesos takes "5050" for 5050
  return typeof number === "number" && Number.isFinite(number) ? number : raise("a number", value);
}
function checkBase64(value: unknown): string {
  if (typeof value !== "string") return raise("base64", value);
  if (value.length % 4 === 0 && CANONICAL.test(value)) return value;
  const bare = value.replace(/\s+/g, "").split("=", 1)[0] ?? ""; // as in Mesos, what follows the first "=" does not count
  if (bare.length % 4 === 1 || !/^[A-Za-z0-9+/]*$/.test(bare)) throw expected("base64", value);
  const bytes = new Uint8Array(base64.length(bare));
  base64.decode(bare, bytes, 0);
  return base64.encode(bytes, 0, bytes.length);
}
function isObject(value: unknown): value is Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
function expected(kind: string, value: unknown): MessageError {
  const got = Array.isArray(value)
    ? "an array"
    : isObject(value)
      ? "an object"
      : String(JSON.stringify(value));
  return new MessageError(
    `expected ${kind}, got ${got.length > 60 ? `${got.slice(0, 60)}…` : got}`,
  );
}
function raise(kind: string, value: unknown): never {
  throw expected(kind, value);
}
