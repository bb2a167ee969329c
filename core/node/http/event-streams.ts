import type { ServerResponse } from "node:http";
import type { StreamId } from "../../base/ids.js";
import type { Logger } from "../../base/logger.js";
import type { MessageCodec } from "../../protocol/codec.js";
import type { Messages } from "../../protocol/generated/schema.js";
import type { MessageName } from "../../protocol/plan.js";
import type { Encoding } from "./content.js";
import {
  CONNECTION_STALL_TIMEOUT_MS,
  KEEP_ALIVE_PROBE_MS,
  MAX_STREAM_BUFFER_BYTES,
} from "./limits.js";
import { RecordStream } from "./record-stream.js";

export interface EventStreamsOptions<N extends MessageName> {
  readonly codec: MessageCodec<N>;
  readonly logger: Logger;
  /** Called when a stream ends that was not closed from this side, never from within one of the calls below. */
  readonly onClosed: (stream: StreamId) => void;
  readonly maxBufferedBytes?: number | undefined;
}
interface OpenStream {
  readonly response: ServerResponse;
  readonly records: RecordStream;
  readonly encoding: Encoding;
}

/** The open event streams of one API. A stream whose client does not read is closed once too many bytes wait for it. */
export class EventStreams<N extends MessageName> {
  private readonly streams = new Map<StreamId, OpenStream>();

  constructor(private readonly options: EventStreamsOptions<N>) {}

  /** Answers with 200 and keeps the response open under `stream`. */
  open(
    stream: StreamId,
    response: ServerResponse,
    encoding: Encoding,
    headers: Readonly<Record<string, string>> = {},
  ): void {
    response.once("close", () => this.onResponseClosed(stream, response));
    response.on("error", () => response.destroy());
    response.socket?.setTimeout(0);
    response.socket?.setNoDelay(true);
    response.socket?.setKeepAlive(true, KEEP_ALIVE_PROBE_MS);
    response.writeHead(200, { "content-type": encoding, ...headers });
    this.streams.set(stream, { response, encoding, records: new RecordStream(response) });
    if (response.destroyed) queueMicrotask(() => this.onResponseClosed(stream, response));
  }

  /** Events for a stream that has been closed meanwhile are dropped. */
  write(stream: StreamId, event: Messages[N]): void {
    const open = this.streams.get(stream);
    if (open === undefined || open.response.destroyed) return;
    const { codec, logger, maxBufferedBytes = MAX_STREAM_BUFFER_BYTES } = this.options;
    if (open.encoding === "application/json") open.records.writeText(codec.toJson(event));
    else open.records.writeBytes(codec.encodeProtobuf(event));
    const { bufferedBytes } = open.records;
    if (bufferedBytes <= maxBufferedBytes) return;
    logger.warn("closing an event stream that is not read", { stream, bufferedBytes });
    open.response.destroy();
  }

  /** Ends a stream after what was written to it; `onClosed` is not called for it. */
  close(stream: StreamId): void {
    const open = this.streams.get(stream);
    if (open === undefined) return;
    this.streams.delete(stream);
    open.response.socket?.setTimeout(CONNECTION_STALL_TIMEOUT_MS);
    open.records.end();
  }

  private onResponseClosed(stream: StreamId, response: ServerResponse): void {
    if (this.streams.get(stream)?.response !== response) return;
    this.streams.delete(stream);
    this.options.onClosed(stream);
  }
}
