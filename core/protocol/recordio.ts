import { MessageError } from "./message-error.js";

const NEWLINE = 0x0a;
const ZERO = 0x30;
const NINE = 0x39;
/** More digits than any length has; a sender that never ends its header is cut off here. */
const MAX_HEADER_DIGITS = 20;
const FIRST_BUFFER_BYTES = 1024;

/** A record as it stands in a RecordIO stream: its length in decimal digits, a newline, and then its bytes. */
export function encodeRecord(payload: Uint8Array): Uint8Array {
  const digits = String(payload.length);
  const record = new Uint8Array(digits.length + 1 + payload.length);
  for (let i = 0; i < digits.length; i++) record[i] = digits.charCodeAt(i);
  record[digits.length] = NEWLINE;
  record.set(payload, digits.length + 1);
  return record;
}

/**
 * Cuts a RecordIO stream into its records, whatever the chunks it arrives in. The work is linear in the bytes pushed, and
 * memory follows what has arrived, never the length that a header claims. After an error the stream is lost: every
 * later call throws the same error.
 */
export class RecordDecoder {
  private digits = 0;
  private length = 0;
  /** Undefined while the header of the next record is being read. */
  private payload: Payload | undefined;
  private failure: MessageError | undefined;
  constructor(private readonly maxRecordBytes: number) {}

  /** The records that `chunk` completes. They may share its memory: whoever reuses the chunk copies them first. */
  push(chunk: Uint8Array): Uint8Array[] {
    if (this.failure !== undefined) throw this.failure;
    const records: Uint8Array[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (this.payload === undefined) at = this.readHeader(chunk, at);
      if (this.payload === undefined) break;
      at = this.payload.take(chunk, at);
      if (!this.payload.isComplete) break;
      records.push(this.payload.bytes);
      this.payload = undefined;
    }
    return records;
  }

  /** Says that no more comes; throws where the stream ends within a record. */
  finish(): void {
    if (this.failure !== undefined) throw this.failure;
    if (this.payload !== undefined || this.digits > 0) throw this.fail("cut short");
  }

  /** Reads on in the header and gives the position after what it has read. */
  private readHeader(chunk: Uint8Array, start: number): number {
    for (let at = start; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (byte === NEWLINE && this.digits > 0) {
        this.payload = new Payload(this.length);
        this.digits = 0;
        this.length = 0;
        return at + 1;
      }
      if (byte < ZERO || byte > NINE) throw this.fail("its length is not a decimal number");
      this.length = this.length * 10 + (byte - ZERO);
      this.digits++;
      if (this.digits > MAX_HEADER_DIGITS) throw this.fail("its length has too many digits");
      if (this.length > this.maxRecordBytes)
        throw this.fail(`it is longer than ${this.maxRecordBytes} bytes`);
    }
    return chunk.length;
  }

  private fail(problem: string): MessageError {
    this.failure = new MessageError(`RecordIO record: ${problem}`);
    return this.failure;
  }
}

/** The bytes of one record, as they arrive. */
class Payload {
  private buffer: Uint8Array = new Uint8Array(0);
  private filled = 0;
  constructor(private readonly length: number) {}

  get isComplete(): boolean {
    return this.filled === this.length;
  }

  get bytes(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  /** Takes what belongs to the record and gives the position after it. A record within one chunk is not copied. */
  take(chunk: Uint8Array, start: number): number {
    const end = Math.min(chunk.length, start + this.length - this.filled);
    const part = chunk.subarray(start, end);
    if (part.length === this.length) this.buffer = part;
    else this.append(part);
    this.filled += part.length;
    return end;
  }

  private append(part: Uint8Array): void {
    const needed = this.filled + part.length;
    if (needed > this.buffer.length) {
      const grown = Math.max(needed, this.buffer.length * 2, FIRST_BUFFER_BYTES);
      const larger = new Uint8Array(Math.min(grown, this.length));
      larger.set(this.buffer.subarray(0, this.filled));
      this.buffer = larger;
    }
    this.buffer.set(part, this.filled);
  }
}
