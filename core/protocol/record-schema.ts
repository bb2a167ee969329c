import { canonicalBase64, type Base64 } from "./base64.js";
import { checkMessage } from "./check.js";
import type { Messages } from "./generated/schema.js";
import { MessageError } from "./message-error.js";
import { enumPlanOf, type MessageName, planOf, type RawMessage } from "./plan.js";
import { isObject } from "./scalar-check.js";

/** Gives an untrusted value back in its canonical form, or throws a `MessageError`. */
export type Read<T> = (value: unknown) => T;

/** A field that may be absent; null and undefined mean that it is. */
export interface OptionalField<T> {
  readonly optional: Read<T>;
}

/** How each field of a record is read, in the order in which the keys travel. */
export type RecordShape<T> = {
  readonly [K in keyof T]-?: object extends Pick<T, K>
    ? OptionalField<Exclude<T[K], undefined>>
    : Read<T[K]>;
};

/** A record of our own protocol: its keys in their fixed order, and how an untrusted one is read. */
export interface RecordSchema<T> {
  readonly keys: readonly string[];
  readonly read: Read<T>;
}

/** One shape for each type of a union of records, without `type` itself. */
export type UnionShape<U extends { readonly type: string }> = {
  readonly [T in U["type"]]: RecordShape<Omit<Extract<U, { readonly type: T }>, "type">>;
};

/** A union of records that `type` tells apart. */
export interface UnionSchema<U extends { readonly type: string }> {
  readonly keys: Readonly<Record<U["type"], readonly string[]>>;
  readonly read: Read<U>;
}

interface Field {
  readonly name: string;
  readonly step: string;
  readonly isOptional: boolean;
  readonly read: Read<unknown>;
}

/** What it reads is always a new object with its keys in order, without fields that the shape does not have. */
export function recordSchema<T>(shape: RecordShape<T>): RecordSchema<T> {
  const fields = fieldsOf(shape);
  return {
    keys: fields.map((field) => field.name),
    read: (value) => readFields(fields, toObject(value), {}) as T,
  };
}

/** As {@link recordSchema}, with `type` as the first key and the first step of an error's path. */
export function unionSchema<U extends { readonly type: string }>(
  shapes: UnionShape<U>,
): UnionSchema<U> {
  const fieldsByType = new Map(
    Object.entries<object>(shapes).map(([type, shape]) => [type, fieldsOf(shape)]),
  );
  const keys = [...fieldsByType].map(([type, fields]) => [
    type,
    ["type", ...fields.map((field) => field.name)],
  ]);
  return {
    keys: Object.fromEntries(keys) as UnionSchema<U>["keys"],
    read: (value) => readUnion(fieldsByType, toObject(value)) as U,
  };
}

function fieldsOf(shape: object): Field[] {
  const entries = Object.entries<Read<unknown> | OptionalField<unknown>>(
    shape as Record<string, Read<unknown> | OptionalField<unknown>>,
  );
  return entries.map(([name, field]) => toField(name, field));
}

function toField(name: string, field: Read<unknown> | OptionalField<unknown>): Field {
  const isOptional = typeof field !== "function";
  return { name, step: `.${name}`, isOptional, read: isOptional ? field.optional : field };
}

function toObject(value: unknown): RawMessage {
  if (!isObject(value)) throw MessageError.expected("an object", value);
  return value;
}

function readUnion(fieldsByType: ReadonlyMap<string, readonly Field[]>, value: RawMessage): object {
  const { type } = value;
  const fields = typeof type === "string" ? fieldsByType.get(type) : undefined;
  if (fields === undefined)
    throw MessageError.expected("the type of a message", type).within(".type");
  try {
    return readFields(fields, value, { type });
  } catch (error) {
    throw MessageError.within(error, `.${String(type)}`);
  }
}

function readFields(fields: readonly Field[], value: RawMessage, record: RawMessage): RawMessage {
  for (const field of fields) {
    const given = value[field.name];
    if (given !== undefined && given !== null) record[field.name] = readField(field, given);
    else if (!field.isOptional) throw MessageError.missing(field.name);
  }
  return record;
}

function readField(field: Field, value: unknown): unknown {
  try {
    return field.read(value);
  } catch (error) {
    throw MessageError.within(error, field.step);
  }
}

export function optional<T>(read: Read<T>): OptionalField<T> {
  return { optional: read };
}

export function text(value: unknown): string {
  if (typeof value !== "string") throw MessageError.expected("a string", value);
  return value;
}

export function flag(value: unknown): boolean {
  if (typeof value !== "boolean") throw MessageError.expected("true or false", value);
  return value;
}

export function integer(value: unknown): number {
  if (!Number.isSafeInteger(value)) throw MessageError.expected("an integer", value);
  return value as number;
}

export function base64(value: unknown): Base64 {
  return canonicalBase64(text(value));
}

/** Reads a v1 message. */
export function message<N extends MessageName>(name: N): Read<Messages[N]> {
  const plan = planOf(name);
  return (value) => checkMessage(plan, value) as unknown as Messages[N];
}

/** Reads a name of an enum of the v1 schema. */
export function enumName<T extends string>(name: string): Read<T> {
  const { byName } = enumPlanOf(name);
  const isKnown = (value: string): value is T => byName.has(value);
  return (value) => {
    const given = text(value);
    if (!isKnown(given)) throw MessageError.expected(`a name of ${name}`, given);
    return given;
  };
}

/** Reads every element of a list. */
export function list<T>(read: Read<T>): Read<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) throw MessageError.expected("an array", value);
    return value.map((item, index) => {
      try {
        return read(item);
      } catch (error) {
        throw MessageError.within(error, `[${index}]`);
      }
    });
  };
}
