import { randomUUID } from "node:crypto";
import type { StreamId } from "../../base/ids.js";
import type { Logger } from "../../base/logger.js";
import type { MasterEffect, MasterInput } from "../../master/master-io.js";
import { schedulerCallProblem } from "../../master/validation/scheduler-call.js";
import { schedulerCall, schedulerEvent } from "../../protocol/codecs.js";
import { MAX_TASKS_PER_CALL } from "../../protocol/limits.js";
import type { scheduler } from "../../protocol/v1.js";
import { acceptedEncoding, type Checked, type Encoding, readMessage, refuse } from "./content.js";
import type { Endpoint, Exchange } from "./endpoint.js";
import { EventStreams } from "./event-streams.js";
import { leadershipGate, type Leadership } from "./leadership-gate.js";
import type { PendingRequests } from "./pending-requests.js";
import { sendRefusal } from "./refusal.js";

export interface SchedulerApiOptions {
  readonly leadership: () => Leadership;
  readonly deliver: (input: MasterInput) => void;
  readonly pending: PendingRequests;
  readonly logger: Logger;
  readonly maxStreamBufferBytes?: number | undefined;
}
interface TakenCall {
  readonly call: scheduler.Call;
  readonly encoding: Encoding;
  readonly stream: StreamId | undefined;
}

/**
 * `POST /api/v1/scheduler`. The edge checks what can be checked without the master's state, and the machine does the
 * rest: each call it is told of is answered by one RESPOND, or by OPEN_STREAM if it is a SUBSCRIBE.
 */
export class SchedulerApi implements Endpoint {
  readonly path = "/api/v1/scheduler";
  readonly methods = ["POST"] as const;
  readonly realm = "scheduler";
  readonly gate;
  private readonly streams: EventStreams<"mesos.v1.scheduler.Event">;

  constructor(private readonly options: SchedulerApiOptions) {
    const { leadership, deliver, logger, maxStreamBufferBytes } = options;
    this.gate = leadershipGate(leadership);
    this.streams = new EventStreams({
      codec: schedulerEvent,
      logger,
      maxBufferedBytes: maxStreamBufferBytes,
      onClosed: (stream) => deliver({ type: "STREAM_CLOSED", stream }),
    });
  }

  handle(exchange: Exchange): void {
    const taken = takeCall(exchange);
    if ("refusal" in taken) {
      sendRefusal(exchange.reply, taken.refusal);
      return;
    }
    const { call, encoding, stream } = taken.value;
    const { principal } = exchange;
    this.options.deliver({
      type: "SCHEDULER_CALL",
      request: this.options.pending.add({ exchange, encoding }),
      stream,
      ...(principal !== undefined && { principal }),
      call,
    });
  }

  /** A SUBSCRIBE whose client has gone meanwhile gets no stream; the machine is told that it closed. */
  openStream({ request, stream }: MasterEffect & { readonly type: "OPEN_STREAM" }): void {
    const pending = this.options.pending.take(request);
    if (pending === undefined) {
      this.options.deliver({ type: "STREAM_CLOSED", stream });
      return;
    }
    const { exchange, encoding } = pending;
    exchange.reply.hijack();
    this.streams.open(stream, exchange.reply.raw, encoding, { "mesos-stream-id": stream });
  }

  sendEvent(stream: StreamId, event: scheduler.Event): void {
    this.streams.write(stream, event);
  }

  closeStream(stream: StreamId): void {
    this.streams.close(stream);
  }
}

function takeCall({ request, principal }: Exchange): Checked<TakenCall> {
  const read = readMessage(request, schedulerCall);
  if ("refusal" in read) return read;
  const call = read.value;
  const problem = schedulerCallProblem(call, principal?.value);
  if (problem !== undefined) return refuse(400, `not a valid call: ${problem}`);
  const tasks = launchedTasks(call);
  if (tasks > MAX_TASKS_PER_CALL)
    return refuse(413, `expected at most ${MAX_TASKS_PER_CALL} tasks in one call, got ${tasks}`);
  const accepted = acceptedEncoding(request);
  const subscribes = call.type === "SUBSCRIBE";
  if ("refusal" in accepted && (subscribes || call.type === "RECONCILE_OPERATIONS"))
    return accepted;
  const encoding = "value" in accepted ? accepted.value : "application/json";
  const given = streamIdOf(request.headers["mesos-stream-id"]);
  if (!subscribes) return { value: { call, encoding, stream: given } };
  if (given !== undefined) return refuse(400, "expected no Mesos-Stream-Id with SUBSCRIBE");
  return { value: { call, encoding, stream: randomUUID() } };
}

function launchedTasks({ accept }: scheduler.Call): number {
  let count = 0;
  for (const { launch, launch_group } of accept?.operations ?? [])
    count += (launch?.task_infos ?? launch_group?.task_group.tasks ?? []).length;
  return count;
}

function streamIdOf(header: string | string[] | undefined): StreamId | undefined {
  return Array.isArray(header) ? header.join(", ") : header;
}
