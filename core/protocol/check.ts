import { MAX_NESTING_DEPTH } from "./limits.js";
import { MessageError, quote } from "./message-error.js";
import type { Field, Plan, RawMessage } from "./plan.js";
import { type Check, enumCheck, isObject, scalarCheck } from "./scalar-check.js";

const checksByPlan = new Map<Plan, ReadonlyMap<string, Check>>();

/**
 * `value` itself if it fits the schema as it stands, else a copy without nulls, unknown fields and unknown enum names.
 * Copying only from the first difference on keeps what `JSON.parse` made, which is smaller than any copy of it.
 */
export function checkMessage(plan: Plan, value: unknown, depth = 0): RawMessage {
  if (!isObject(value)) throw MessageError.expected("an object", value);
  if (depth > MAX_NESTING_DEPTH) throw new MessageError("nested too deeply");
  const checks = checksOf(plan);
  let message = value;
  let key = "";
  try {
    for (key in value) {
      const before = value[key];
      const after = isUnset(before) ? undefined : checks.get(key)?.(before, depth + 1);
      if (after !== before && message === value) message = leadingFields(value, key);
      if (message !== value && after !== undefined) message[key] = after;
    }
  } catch (error) {
    throw MessageError.within(error, `.${key}`);
  }
  for (const field of plan.required)
    if (message[field.name] === undefined) throw missing(field, value[field.name]);
  checkOneofs(plan, message);
  return message;
}

function isUnset(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

/** A copy of the fields before `end`, which fit as they stand. */
function leadingFields(value: RawMessage, end: string): RawMessage {
  const leading: RawMessage = {};
  for (const key in value) {
    if (key === end) break;
    leading[key] = value[key];
  }
  return leading;
}

/** An unknown name of an enum reads as unset; where the field is required, the error says which names there are. */
function missing({ name, values }: Field, given: unknown): MessageError {
  if (values === undefined || typeof given !== "string") return MessageError.missing(name);
  const names = [...values.byName.keys()].join(", ");
  return MessageError.expected(`one of ${names}`, given).within(`.${name}`);
}

/** Refuses a message in which more than one field of a oneof is set. */
export function checkOneofs(plan: Plan, message: RawMessage): void {
  for (const names of plan.oneofs) {
    const set = names.filter((name) => message[name] !== undefined);
    if (set.length > 1) throw new MessageError(`only one of ${set.join(", ")} may be set`);
  }
}

/** A plan's checks are made when it is first used: most of the schema never is. */
function checksOf(plan: Plan): ReadonlyMap<string, Check> {
  let checks = checksByPlan.get(plan);
  if (checks === undefined) {
    checks = new Map(plan.fields.map((field) => [field.name, fieldCheck(field)]));
    checksByPlan.set(plan, checks);
  }
  return checks;
}

function fieldCheck(field: Field): Check {
  const check = valueCheck(field);
  if (field.rule === "map") return (value, depth) => checkMap(check, value, depth);
  if (field.rule === "repeated") return (value, depth) => checkList(check, value, depth);
  return check;
}

function valueCheck({ kind, message, values }: Field): Check {
  if (message !== undefined) return (value, depth) => checkMessage(message, value, depth);
  return values !== undefined ? enumCheck(values) : scalarCheck(kind);
}

/** As in Mesos, a lone element is a list of one. An empty list is an unset field. */
function checkList(check: Check, value: unknown, depth: number): unknown {
  const given: unknown[] = Array.isArray(value) ? value : [value];
  let list = given;
  let index = 0;
  try {
    for (; index < given.length; index++) {
      const before = given[index];
      const after = isUnset(before) ? undefined : check(before, depth);
      if (after !== before && list === given) list = given.slice(0, index);
      if (list !== given && after !== undefined) list.push(after);
    }
  } catch (error) {
    throw MessageError.within(error, `[${index}]`);
  }
  return list.length > 0 ? list : undefined;
}

/** Entries, not assignment: a key may be `__proto__`. An empty map is an unset field. */
function checkMap(check: Check, value: unknown, depth: number): unknown {
  if (!isObject(value)) throw MessageError.expected("an object", value);
  const kept: [string, unknown][] = [];
  let changed = false;
  let key = "";
  try {
    for (key of Object.keys(value)) {
      const before = value[key];
      const after = isUnset(before) ? undefined : check(before, depth);
      changed ||= after !== before;
      if (after !== undefined) kept.push([key, after]);
    }
  } catch (error) {
    throw MessageError.within(error, `[${quote(key)}]`);
  }
  if (kept.length === 0) return undefined;
  return changed ? Object.fromEntries(kept) : value;
}
