import type protobuf from "protobufjs/minimal.js";
import { toBase64 } from "./base64.js";
import { MessageError } from "./message-error.js";
import type { EnumPlan } from "./plan.js";
import { INTEGER_LIMITS } from "./scalar-check.js";

/** A reader that counts down how many more values it may read. */
export type Reader = protobuf.Reader & { valuesLeft: number };
export type Writer = protobuf.Writer;

/** The wire type of a protobuf field: varint, 64 bits, or bytes after their length. */
export const wireTypes = { VARINT: 0, FIXED64: 1, DELIMITED: 2 } as const;
export type WireType = (typeof wireTypes)[keyof typeof wireTypes];
const { VARINT, FIXED64, DELIMITED } = wireTypes;

/** How the values of one type stand in protobuf. */
export interface Wire {
  readonly type: WireType;
  /** Reads one value, merging it into `before` if it is a message; undefined is an enum number that we do not know. */
  read(reader: Reader, depth: number, before: unknown): unknown;
  write(writer: Writer, value: never): unknown;
  /** What stands for the value of a map entry that has none. */
  readonly absent: () => unknown;
}

const zero = () => 0;
const noText = () => "";
const SCALARS: Readonly<Record<string, Wire>> = {
  string: {
    type: DELIMITED,
    read: (reader) => reader.string(),
    write: (writer, value) => writer.string(value),
    absent: noText,
  },
  bytes: {
    type: DELIMITED,
    read: (reader) => toBase64(reader.bytes()),
    write: (writer, value) => writer.bytes(value),
    absent: noText,
  },
  bool: {
    type: VARINT,
    read: (reader) => reader.bool(),
    write: (writer, value) => writer.bool(value),
    absent: () => false,
  },
  double: {
    type: FIXED64,
    read: (reader) => finite(reader.double()),
    write: (writer, value) => writer.double(value),
    absent: zero,
  },
  int32: {
    type: VARINT,
    read: (reader) => reader.int32(),
    write: (writer, value) => writer.int32(value),
    absent: zero,
  },
  uint32: {
    type: VARINT,
    read: (reader) => reader.uint32(),
    write: (writer, value) => writer.uint32(value),
    absent: zero,
  },
  int64: {
    type: VARINT,
    read: (reader) => toNumber(reader.int64(), "int64"),
    write: (writer, value) => writer.int64(value),
    absent: zero,
  },
  uint64: {
    type: VARINT,
    read: (reader) => toNumber(reader.uint64(), "uint64"),
    write: (writer, value) => writer.uint64(value),
    absent: zero,
  },
};

export function scalarWire(kind: string): Wire {
  const wire = SCALARS[kind];
  if (wire === undefined) throw new Error(`no wire format for ${kind}`);
  return wire;
}

export function enumWire(values: EnumPlan): Wire {
  return {
    type: VARINT,
    read: (reader) => values.byNumber.get(reader.int32()),
    write: (writer, value) => writer.int32(values.byName.get(value) ?? 0),
    absent: () => values.byName.keys().next().value,
  };
}

/**
 * Narrows the reader to the length that stands next, so that nothing inside can read past its own end. Gives the end
 * that the caller sets again afterwards.
 */
export function enterDelimited(reader: Reader): number {
  const end = reader.uint32() + reader.pos;
  const outerEnd = reader.len;
  if (end > outerEnd) throw new MessageError("cut short");
  reader.len = end;
  return outerEnd;
}

/** Counts one value; every message and every element of a list or a map is one. */
export function countValue(reader: Reader): void {
  if (--reader.valuesLeft < 0) throw new MessageError("it holds too many values");
}

/** A 64-bit integer as a double, clamped as the JSON check clamps it. */
function toNumber({ high, low, unsigned }: protobuf.Long, kind: "int64" | "uint64"): number {
  const number = (unsigned ? high >>> 0 : high) * 2 ** 32 + (low >>> 0);
  return Math.min(number, INTEGER_LIMITS[kind]?.[1] ?? number);
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw new MessageError(`expected a number, got ${value}`);
  return value;
}
