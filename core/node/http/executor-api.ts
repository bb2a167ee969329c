import { randomUUID } from "node:crypto";
import type { StreamId } from "../../base/ids.js";
import type { Logger } from "../../base/logger.js";
import type { AgentEffect, AgentInput } from "../../agent/agent-io.js";
import { executorCall, executorEvent } from "../../protocol/codecs.js";
import type { executor } from "../../protocol/v1.js";
import { acceptedEncoding, readMessage } from "./content.js";
import type { Endpoint, Exchange } from "./endpoint.js";
import { EventStreams } from "./event-streams.js";
import type { PendingRequests } from "./pending-requests.js";
import { sendRefusal } from "./refusal.js";

export interface ExecutorApiOptions {
  readonly deliver: (input: AgentInput) => void;
  readonly pending: PendingRequests;
  readonly logger: Logger;
  readonly maxStreamBufferBytes?: number | undefined;
}

/**
 * `POST /api/v1/executor` of an agent: the machine answers each call by one RESPOND, or by OPEN_STREAM if it is a
 * SUBSCRIBE. This API has no `Mesos-Stream-Id`.
 */
export class ExecutorApi implements Endpoint {
  readonly path = "/api/v1/executor";
  readonly methods = ["POST"] as const;
  readonly realm = "executor";
  private readonly streams: EventStreams<"mesos.v1.executor.Event">;

  constructor(private readonly options: ExecutorApiOptions) {
    const { deliver, logger, maxStreamBufferBytes } = options;
    this.streams = new EventStreams({
      codec: executorEvent,
      logger,
      maxBufferedBytes: maxStreamBufferBytes,
      onClosed: (stream) => deliver({ type: "STREAM_CLOSED", stream }),
    });
  }

  handle(exchange: Exchange): void {
    const { request, reply } = exchange;
    const read = readMessage(request, executorCall);
    if ("refusal" in read) return void sendRefusal(reply, read.refusal);
    const accepted = acceptedEncoding(request);
    if ("refusal" in accepted) return void sendRefusal(reply, accepted.refusal);
    this.options.deliver({
      type: "EXECUTOR_CALL",
      request: this.options.pending.add({ exchange, encoding: accepted.value }),
      stream: randomUUID(),
      call: read.value,
    });
  }

  /** An executor that has gone meanwhile gets no stream; the machine is told that it closed. */
  openStream({ request, stream }: AgentEffect & { readonly type: "OPEN_STREAM" }): void {
    const pending = this.options.pending.take(request);
    if (pending === undefined) return this.options.deliver({ type: "STREAM_CLOSED", stream });
    pending.exchange.reply.hijack();
    this.streams.open(stream, pending.exchange.reply.raw, pending.encoding);
  }

  sendEvent(stream: StreamId, event: executor.Event): void {
    this.streams.write(stream, event);
  }

  closeStream(stream: StreamId): void {
    this.streams.close(stream);
  }
}
