import protobuf from "protobufjs/minimal.js";
import { MessageError } from "./message-error.js";
import type { Field, Plan } from "./plan.js";

type Raw = Record<string, unknown>;
type Reader = protobuf.Reader;
type Writer = protobuf.Writer;
const { base64 } = protobuf.util;
const MAX_DEPTH = 100;

interface Wire {
  readonly type: 0 | 1 | 2;
  /** Reads one value; undefined is an enum number that we do not know. */
  read(reader: Reader, depth: number, before: unknown): unknown;
  write(writer: Writer, value: never): unknown;
}
const SCALARS: Readonly<Record<string, Wire>> = {
  string: { type: 2, read: (r) => r.string(), write: (w, v) => w.string(v) },
  bytes: { type: 2, read: (r) => toBase64(r.bytes()), write: (w, v) => w.bytes(v) },
  bool: { type: 0, read: (r) => r.bool(), write: (w, v) => w.bool(v) },
  double: { type: 1, read: (r) => finite(r.double()), write: (w, v) => w.double(v) },
  int32: { type: 0, read: (r) => r.int32(), write: (w, v) => w.int32(v) },
  uint32: { type: 0, read: (r) => r.uint32(), write: (w, v) => w.uint32(v) },
  int64: {
    type: 0,
    read: (r) => Math.min(fromLong(r.int64()), 2 ** 63 - 1024),
    write: (w, v) => w.int64(v),
  },
  uint64: {
    type: 0,
    read: (r) => Math.min(fromLong(r.uint64()), 2 ** 64 - 2048),
    write: (w, v) => w.uint64(v),
  },
};
type Decode = (reader: Reader, message: Raw, type: number, depth: number) => void;
type Encode = (writer: Writer, value: never) => void;
interface Codec {
  readonly decoders: readonly (Decode | undefined)[];
  readonly encoders: ReadonlyMap<string, Encode>;
}
const codecs = new Map<Plan, Codec>();

export function decodeProtobuf(plan: Plan, bytes: Uint8Array): Raw {
  const reader = protobuf.Reader.create(bytes);
  try {
    return readMessage(plan, codecOf(plan), reader, reader.len, 0, {});
  } catch (error) {
    throw error instanceof MessageError
      ? error
      : new MessageError(`not a protobuf message: ${(error as Error).message}`);
  }
}
export function encodeProtobuf(plan: Plan, message: object): Uint8Array {
  return writeMessage(codecOf(plan), protobuf.Writer.create(), message as Raw).finish();
}
function codecOf(plan: Plan): Codec {
  let codec = codecs.get(plan);
  if (codec === undefined) {
    const decoders: Decode[] = [];
    const encoders = new Map<string, Encode>();
    codec = { decoders, encoders };
    codecs.set(plan, codec); // before its fields: messages contain themselves
    for (const field of plan.fields) {
      const wire = wireOf(field);
      decoders[field.number] =
        field.rule === "map"
          ? mapDecoder(field, wire)
          : field.rule === "repeated"
            ? listDecoder(field, wire)
            : decoder(field, wire);
      encoders.set(
        field.name,
        field.rule === "map"
          ? mapEncoder(field, wire)
          : field.rule === "repeated"
            ? listEncoder(field, wire)
            : encoder(field, wire),
      );
    }
  }
  return codec;
}
function wireOf({ kind, message, values }: Field): Wire {
  if (message !== undefined) {
    let codec: Codec | undefined;
    return {
      type: 2,
      read: (r, depth, before) =>
        readMessage(
          message,
          (codec ??= codecOf(message)),
          r,
          r.uint32() + r.pos,
          depth,
          (before ?? {}) as Raw,
        ),
      write: (w, v) => writeMessage((codec ??= codecOf(message)), w.fork(), v).ldelim(),
    };
  }
  if (values !== undefined)
    return {
      type: 0,
      read: (r) => values.byNumber.get(r.int32()),
      write: (w, v) => w.int32(values.byName.get(v) ?? 0),
    };
  const scalar = SCALARS[kind];
  if (scalar === undefined) throw new Error(`no codec for ${kind}`);
  return scalar;
}
function readMessage(
  plan: Plan,
  codec: Codec,
  reader: Reader,
  end: number,
  depth: number,
  message: Raw,
): Raw {
  if (depth > MAX_DEPTH) throw new MessageError("nested too deeply");
  const outer = reader.len;
  if (end > outer) throw new MessageError("cut short");
  reader.len = end; // nothing inside may read past its own message
  while (reader.pos < end) {
    const tag = reader.tag();
    const decode = codec.decoders[tag >>> 3];
    if (decode === undefined) reader.skipType(tag & 7, depth, tag >>> 3);
    else decode(reader, message, tag & 7, depth + 1);
  }
  reader.len = outer;
  for (const { name } of plan.required)
    if (message[name] === undefined)
      throw new MessageError("required, but not set").within(`.${name}`);
  return message;
}
function writeMessage(codec: Codec, writer: Writer, message: Raw): Writer {
  for (const key in message) {
    const value = message[key];
    if (value !== undefined) codec.encoders.get(key)?.(writer, value as never);
  }
  return writer;
}
function decoder({ name, number }: Field, wire: Wire): Decode {
  return (reader, message, type, depth) => {
    if (type !== wire.type) return void reader.skipType(type, depth, number);
    try {
      const value = wire.read(reader, depth, message[name]);
      if (value !== undefined) message[name] = value;
    } catch (error) {
      throw inside(error, `.${name}`);
    }
  };
}
function encoder({ number }: Field, wire: Wire): Encode {
  const tag = (number << 3) | wire.type;
  return (writer, value) => wire.write(writer.uint32(tag), value);
}
function listDecoder({ name, number }: Field, wire: Wire): Decode {
  return (reader, message, type, depth) => {
    const packed = type === 2 && wire.type !== 2;
    if (type !== wire.type && !packed) return void reader.skipType(type, depth, number);
    const list = (message[name] ?? []) as unknown[];
    try {
      const end = packed ? reader.uint32() + reader.pos : reader.pos + 1;
      while (reader.pos < end) {
        const value = wire.read(reader, depth, undefined);
        if (value !== undefined) list.push(value);
      }
    } catch (error) {
      throw inside(error, `.${name}[${list.length}]`);
    }
    if (list.length > 0) message[name] = list;
  };
}
function listEncoder(
  { number }: Field,
  wire: Wire,
): (writer: Writer, list: readonly never[]) => void {
  const tag = (number << 3) | wire.type;
  return (writer, list) => {
    for (const item of list) wire.write(writer.uint32(tag), item);
  };
}
function mapDecoder({ name, number, kind }: Field, wire: Wire): Decode {
  return (reader, message, type, depth) => {
    if (type !== 2) return void reader.skipType(type, depth, number);
    const end = reader.uint32() + reader.pos;
    let key = "";
    let value: unknown = kind === "string" ? "" : undefined;
    while (reader.pos < end) {
      const tag = reader.tag();
      if (tag === 10) key = reader.string();
      else if (tag === (16 | wire.type)) value = wire.read(reader, depth, value);
      else reader.skipType(tag & 7, depth, tag >>> 3);
    }
    const map = (message[name] ??= {}) as Raw;
    Object.defineProperty(map, key, {
      value: value ?? {},
      enumerable: true,
      configurable: true,
      writable: true,
    }); // a key may be "__proto__"
  };
}
function mapEncoder(
  { number }: Field,
  wire: Wire,
): (writer: Writer, map: Readonly<Record<string, never>>) => void {
  const tag = (number << 3) | 2;
  return (writer, map) => {
    for (const [key, value] of Object.entries(map)) {
      wire.write(
        writer
          .uint32(tag)
          .fork()
          .uint32(10)
          .string(key)
          .uint32(16 | wire.type),
        value,
      );
      writer.ldelim();
    }
  };
}
function fromLong({ high, low, unsigned }: protobuf.Long): number {
  return (unsigned ? high >>> 0 : high) * 2 ** 32 + (low >>> 0);
}
function toBase64(bytes: Uint8Array): string {
  return base64.encode(bytes, 0, bytes.length);
}
function finite(value: number): number {
  if (!Number.isFinite(value)) throw new MessageError(`expected a number, got ${value}`);
  return value;
}
function inside(error: unknown, step: string): unknown {
  return (
    error instanceof MessageError ? error : new MessageError((error as Error).message)
  ).within(step);
}
