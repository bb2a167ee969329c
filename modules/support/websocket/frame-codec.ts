import { pack } from "../message-pack/message-pack.js";
import { MalformedBytes, MessagePackReader } from "../message-pack/message-pack-reader.js";
import type { EnvelopeTable } from "./envelopes.js";

export const MAX_FRAME_BYTES = 16 * 1024 * 1024;
export const MAX_MESSAGES_PER_FRAME = 128;

type Fields = Readonly<Record<string, unknown>>;
/** One frame: the epoch of the master at either end, and messages in the order in which they were sent. */
export interface Frame {
  readonly epoch: number;
  readonly messages: readonly unknown[];
}

const reader = new MessagePackReader();

/**
 * Writes and reads batches: `[epoch, [number, field, …], …]`, a message's number and the order of its fields being those
 * of the table. Every field is there; one that is not set travels as nil.
 */
export class FrameCodec {
  private readonly numbers: ReadonlyMap<string, number>;

  constructor(private readonly envelopes: EnvelopeTable) {
    this.numbers = new Map(envelopes.map(({ type }, number) => [type, number]));
  }

  encode(epoch: number, messages: readonly { readonly type: string }[]): Buffer {
    const frame: unknown[] = [epoch];
    for (const message of messages) frame.push(this.row(message));
    return pack(frame);
  }

  /** @throws MalformedBytes */
  decode(bytes: Buffer): Frame {
    reader.open(bytes);
    const length = reader.readArrayHeader();
    if (length < 1 || length > 1 + MAX_MESSAGES_PER_FRAME)
      throw new MalformedBytes(`a frame of ${length - 1} messages`);
    const epoch = reader.readValue(0);
    if (typeof epoch !== "number" || !Number.isSafeInteger(epoch) || epoch < 0)
      throw new MalformedBytes("the frame's epoch is no natural number");
    const messages: unknown[] = [];
    for (let i = 1; i < length; i++) messages.push(this.readRow());
    reader.close();
    return { epoch, messages };
  }

  private row(message: { readonly type: string }): unknown[] {
    const number = this.numbers.get(message.type) as number;
    const row: unknown[] = [number];
    for (const key of (this.envelopes[number] as EnvelopeTable[number]).keys)
      row.push((message as Fields)[key]);
    return row;
  }

  private readRow(): unknown {
    const length = reader.readArrayHeader();
    const number = length === 0 ? undefined : reader.readValue(0);
    const envelope = typeof number === "number" ? this.envelopes[number] : undefined;
    if (envelope === undefined) throw new MalformedBytes("a message of no known number");
    const { type, keys } = envelope;
    if (length !== keys.length + 1)
      throw new MalformedBytes(`${type} has ${keys.length} fields, not ${length - 1}`);
    const message: Record<string, unknown> = { type };
    for (const key of keys) {
      const value = reader.readValue(0);
      if (value !== null) message[key] = value;
    }
    return message;
  }
}
