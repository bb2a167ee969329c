import protobuf from "protobufjs/minimal.js";
import { messageOf } from "../base/kernel-error.js";
import { checkOneofs } from "./check.js";
import { MAX_NESTING_DEPTH } from "./limits.js";
import { MessageError } from "./message-error.js";
import type { Field, Plan, RawMessage } from "./plan.js";
import {
  countValue,
  enterDelimited,
  enumWire,
  type Reader,
  scalarWire,
  type Wire,
  type Writer,
  wireTypes,
} from "./wire.js";

/** Reads one occurrence of a field into the message; `type` is the wire type it was written with. */
type FieldDecoder = (reader: Reader, message: RawMessage, type: number, depth: number) => void;
type FieldEncoder = (writer: Writer, value: never) => void;
interface Codec {
  readonly plan: Plan;
  readonly decoders: (FieldDecoder | undefined)[];
  readonly encoders: Map<string, FieldEncoder>;
}

const codecs = new Map<Plan, Codec>();
/** Inside a map's entry, the key is field 1 and the value field 2. */
const MAP_KEY_TAG = (1 << 3) | wireTypes.DELIMITED;
const MAP_VALUE_NUMBER = 2;

/** Reads a protobuf message into Mesos' JSON shape; what does not fit is a `MessageError`. */
export function decodeProtobuf(plan: Plan, bytes: Uint8Array, maxValues = Infinity): RawMessage {
  const reader: Reader = Object.assign(protobuf.Reader.create(bytes), { valuesLeft: maxValues });
  try {
    return readFields(codecOf(plan), reader, 0, {});
  } catch (error) {
    if (error instanceof MessageError) throw error;
    throw new MessageError(`not a protobuf message: ${messageOf(error)}`);
  }
}

/** Writes a message in Mesos' JSON shape as protobuf. */
export function encodeProtobuf(plan: Plan, message: object): Uint8Array {
  return writeFields(codecOf(plan), protobuf.Writer.create(), message as RawMessage).finish();
}

function codecOf(plan: Plan): Codec {
  const known = codecs.get(plan);
  if (known !== undefined) return known;
  const codec: Codec = { plan, decoders: [], encoders: new Map() };
  codecs.set(plan, codec);
  for (const field of plan.fields) {
    const wire = wireOf(field);
    codec.decoders[field.number] = decoderOf(field, wire);
    codec.encoders.set(field.name, encoderOf(field, wire));
  }
  return codec;
}

function wireOf({ kind, message, values }: Field): Wire {
  if (message !== undefined) return messageWire(message);
  return values !== undefined ? enumWire(values) : scalarWire(kind);
}

/** The codec of the message is looked up on first use: messages contain themselves. */
function messageWire(plan: Plan): Wire {
  let codec: Codec | undefined;
  return {
    type: wireTypes.DELIMITED,
    read(reader, depth, before) {
      const outerEnd = enterDelimited(reader);
      const message = readFields((codec ??= codecOf(plan)), reader, depth, before ?? {});
      reader.len = outerEnd;
      return message;
    },
    write: (writer, value) => writeFields((codec ??= codecOf(plan)), writer.fork(), value).ldelim(),
    absent: () => checkPresence(plan, {}),
  };
}

/** Reads fields up to the reader's end. */
function readFields(codec: Codec, reader: Reader, depth: number, before: object): RawMessage {
  if (depth > MAX_NESTING_DEPTH) throw new MessageError("nested too deeply");
  countValue(reader);
  const message = before as RawMessage;
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    const decode = codec.decoders[tag >>> 3];
    if (decode === undefined) reader.skipType(tag & 7, depth, tag >>> 3);
    else decode(reader, message, tag & 7, depth + 1);
  }
  return checkPresence(codec.plan, message);
}

function checkPresence(plan: Plan, message: RawMessage): RawMessage {
  for (const { name } of plan.required)
    if (message[name] === undefined) throw MessageError.missing(name);
  checkOneofs(plan, message);
  return message;
}

function writeFields(codec: Codec, writer: Writer, message: RawMessage): Writer {
  for (const key in message) {
    const value = message[key];
    if (value !== undefined) codec.encoders.get(key)?.(writer, value as never);
  }
  return writer;
}

function decoderOf(field: Field, wire: Wire): FieldDecoder {
  if (field.rule === "map") return mapDecoder(field, wire);
  return field.rule === "repeated" ? listDecoder(field, wire) : singleDecoder(field, wire);
}

/** A field written with another wire type is an unknown field. */
function singleDecoder({ name, number }: Field, wire: Wire): FieldDecoder {
  return (reader, message, type, depth) => {
    if (type !== wire.type) return void reader.skipType(type, depth, number);
    try {
      const value = wire.read(reader, depth, message[name]);
      if (value !== undefined) message[name] = value;
    } catch (error) {
      throw within(error, `.${name}`);
    }
  };
}

/** Numbers may be packed: many after one length. */
function listDecoder({ name, number }: Field, wire: Wire): FieldDecoder {
  return (reader, message, type, depth) => {
    const isPacked = type === wireTypes.DELIMITED && wire.type !== wireTypes.DELIMITED;
    if (type !== wire.type && !isPacked) return void reader.skipType(type, depth, number);
    const list = (message[name] ?? []) as unknown[];
    try {
      if (isPacked) readPacked(reader, wire, list);
      else readElement(reader, wire, list, depth);
    } catch (error) {
      throw within(error, `.${name}[${list.length}]`);
    }
    if (list.length > 0) message[name] = list;
  };
}

function readPacked(reader: Reader, wire: Wire, list: unknown[]): void {
  const outerEnd = enterDelimited(reader);
  while (reader.pos < reader.len) readElement(reader, wire, list, 0);
  reader.len = outerEnd;
}

function readElement(reader: Reader, wire: Wire, list: unknown[], depth: number): void {
  countValue(reader);
  const value = wire.read(reader, depth, undefined);
  if (value !== undefined) list.push(value);
}

function mapDecoder({ name, number }: Field, wire: Wire): FieldDecoder {
  return (reader, message, type, depth) => {
    if (type !== wireTypes.DELIMITED) return void reader.skipType(type, depth, number);
    try {
      const [key, value] = readEntry(reader, wire, depth);
      const map = (message[name] ??= {}) as RawMessage;
      setEntry(map, key, value);
    } catch (error) {
      throw within(error, `.${name}`);
    }
  };
}

function readEntry(reader: Reader, wire: Wire, depth: number): [key: string, value: unknown] {
  countValue(reader);
  const outerEnd = enterDelimited(reader);
  let key = "";
  let value: unknown;
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    if (tag === MAP_KEY_TAG) key = reader.string();
    else if (tag === ((MAP_VALUE_NUMBER << 3) | wire.type)) value = wire.read(reader, depth, value);
    else reader.skipType(tag & 7, depth, tag >>> 3);
  }
  reader.len = outerEnd;
  return [key, value ?? wire.absent()];
}

/** Defined, not assigned: a key may be `__proto__`. */
function setEntry(map: RawMessage, key: string, value: unknown): void {
  if (key !== "__proto__") map[key] = value;
  else
    Object.defineProperty(map, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
}

function encoderOf(field: Field, wire: Wire): FieldEncoder {
  if (field.rule === "map") return mapEncoder(field, wire);
  const tag = (field.number << 3) | wire.type;
  if (field.rule !== "repeated") return (writer, value) => wire.write(writer.uint32(tag), value);
  return (writer, list: readonly never[]) => {
    for (const item of list) wire.write(writer.uint32(tag), item);
  };
}

function mapEncoder({ number }: Field, wire: Wire): FieldEncoder {
  const tag = (number << 3) | wireTypes.DELIMITED;
  const valueTag = (MAP_VALUE_NUMBER << 3) | wire.type;
  return (writer, map: Readonly<Record<string, never>>) => {
    for (const [key, value] of Object.entries(map)) {
      const entry = writer.uint32(tag).fork().uint32(MAP_KEY_TAG).string(key).uint32(valueTag);
      wire.write(entry, value);
      writer.ldelim();
    }
  };
}

/** What the reader throws has no path yet. */
function within(error: unknown, step: string): MessageError {
  return (error instanceof MessageError ? error : new MessageError(messageOf(error))).within(step);
}
