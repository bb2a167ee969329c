import type { AgentToMaster, MasterToAgent } from "../../../core/protocol/agent-protocol.js";
import { envelopeKeys } from "../../../core/protocol/agent-protocol-schema.js";
import { pack } from "../message-pack/message-pack.js";
import { MalformedBytes, MessagePackReader } from "../message-pack/message-pack-reader.js";

export const MAX_FRAME_BYTES = 16 * 1024 * 1024;
export const MAX_MESSAGES_PER_FRAME = 128;

/** One message of either direction. */
export type Message = AgentToMaster | MasterToAgent;

/** One frame: the epoch of the master at either end, and messages in the order in which they were sent. */
export interface Frame {
  readonly epoch: number;
  /** Of the right shape on the outside; what is in their fields is for the schema to check. */
  readonly messages: readonly unknown[];
}

const reader = new MessagePackReader();
const keysByType: ReadonlyMap<unknown, readonly string[]> = new Map(Object.entries(envelopeKeys));

/**
 * Packs a batch: `[epoch, [type, field, …], …]`, the fields in the order that the protocol's version fixes. Every field is
 * there; one that is not set travels as nil.
 */
export function encodeFrame(epoch: number, messages: readonly Message[]): Buffer {
  const frame: unknown[] = [epoch];
  for (const message of messages) frame.push(toRow(message));
  return pack(frame);
}

/** @throws MalformedBytes */
export function decodeFrame(bytes: Buffer): Frame {
  reader.open(bytes);
  const length = reader.readArrayHeader();
  if (length < 1 || length > 1 + MAX_MESSAGES_PER_FRAME)
    throw new MalformedBytes(`a frame of ${length - 1} messages`);
  const epoch = reader.readValue(0);
  if (typeof epoch !== "number" || !Number.isSafeInteger(epoch) || epoch < 0)
    throw new MalformedBytes("the frame's epoch is no natural number");
  const messages: unknown[] = [];
  for (let i = 1; i < length; i++) messages.push(readRow());
  reader.close();
  return { epoch, messages };
}

function toRow(message: Message): unknown[] {
  const fields = message as unknown as Readonly<Record<string, unknown>>;
  const row: unknown[] = [];
  for (const key of envelopeKeys[message.type]) row.push(fields[key]);
  return row;
}

function readRow(): unknown {
  const length = reader.readArrayHeader();
  const type = length === 0 ? undefined : reader.readValue(0);
  const keys = keysByType.get(type);
  if (keys === undefined) throw new MalformedBytes("a message of no known type");
  if (length !== keys.length)
    throw new MalformedBytes(`${String(type)} has ${keys.length} fields, not ${length}`);
  const message: Record<string, unknown> = { type };
  for (let i = 1; i < length; i++) {
    const value = reader.readValue(0);
    if (value !== null) message[keys[i] as string] = value;
  }
  return message;
}
