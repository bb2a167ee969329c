import type { ServerResponse } from "node:http";
import { PieceWriter } from "./piece-writer.js";

/**
 * RecordIO over a response that stays open, each record in an HTTP chunk of its own, because there are clients that take a
 * chunk for a record. What is written within a turn of the event loop leaves together at its end: Node's own chunks
 * would cost twice the time.
 */
export class RecordStream {
  private readonly written = new PieceWriter();
  private readonly isChunked: boolean;
  private isFlushScheduled = false;

  constructor(private readonly response: ServerResponse) {
    response.flushHeaders();
    this.isChunked = response.chunkedEncoding;
    response.chunkedEncoding = false;
  }

  /** Bytes written here that the client has not taken. */
  get bufferedBytes(): number {
    return this.written.bytes + this.response.writableLength;
  }

  writeText(record: string): void {
    const length = Buffer.byteLength(record);
    const [before, after] = this.chunkAround(length);
    this.written.writeText(`${before}${length}\n${record}${after}`);
    this.scheduleFlush();
  }

  writeBytes(record: Uint8Array): void {
    const [before, after] = this.chunkAround(record.length);
    this.written.writeText(`${before}${record.length}\n`);
    this.written.writeBytes(record);
    this.written.writeText(after);
    this.scheduleFlush();
  }

  end(): void {
    if (this.isChunked) this.written.writeText("0\r\n\r\n");
    this.flush();
    this.response.end();
  }

  private chunkAround(length: number): readonly [before: string, after: string] {
    if (!this.isChunked) return ["", ""];
    return [`${(String(length).length + 1 + length).toString(16)}\r\n`, "\r\n"];
  }

  private scheduleFlush(): void {
    if (this.isFlushScheduled) return;
    this.isFlushScheduled = true;
    process.nextTick(() => this.flush());
  }

  private flush(): void {
    this.isFlushScheduled = false;
    if (this.response.destroyed || this.response.writableEnded) return;
    for (const piece of this.written.finish().pieces) this.response.write(piece);
  }
}
