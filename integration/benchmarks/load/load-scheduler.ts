import { type IncomingMessage, request } from "node:http";
import { schedulerCall, schedulerEvent } from "../../../core/protocol/codecs.js";
import { RecordDecoder } from "../../../core/protocol/recordio.js";
import type { scheduler, v1 } from "../../../core/protocol/v1.js";
import { type CallEncoding, TASK_CPUS, TASK_MEM } from "./orders.js";
import { PipelinedCalls } from "./pipelined-calls.js";

const PATH = "/api/v1/scheduler";
const SOCKETS = 4;
const MAX_RECORD_BYTES = 256 * 2 ** 20;
const ROLE = "load";

/** A scheduler that costs next to nothing: it fills every offer, and acknowledges every update by a call of its own. */
export class LoadScheduler {
  private calls: PipelinedCalls | undefined;
  private frameworkId = "";
  private offers: v1.Offer[] = [];
  private wanted = 0;
  private launched = 0;
  private readonly mediaType: string;

  constructor(
    private readonly port: number,
    private readonly encoding: CallEncoding,
    private readonly onSubscribed: () => void,
  ) {
    this.mediaType = `application/${encoding === "json" ? "json" : "x-protobuf"}`;
  }

  subscribe(): void {
    const sent = request({
      host: "127.0.0.1",
      port: this.port,
      path: PATH,
      method: "POST",
      agent: false,
      headers: { "content-type": this.mediaType, accept: this.mediaType },
    });
    sent.on("response", (response) => this.onResponse(response));
    sent.end(
      this.encode({
        type: "SUBSCRIBE",
        subscribe: {
          framework_info: {
            user: "root",
            name: "load",
            roles: [ROLE],
            capabilities: [{ type: "MULTI_ROLE" }],
          },
        },
      }),
    );
  }

  launch(tasks: number): void {
    this.wanted += tasks;
    for (const offer of this.offers.splice(0)) this.onOffer(offer);
  }

  private onResponse(response: IncomingMessage): void {
    const stream = response.headers["mesos-stream-id"];
    if (response.statusCode !== 200 || typeof stream !== "string")
      throw new Error(`SUBSCRIBE was answered with ${response.statusCode}`);
    const head =
      `POST ${PATH} HTTP/1.1\r\nhost: 127.0.0.1:${this.port}\r\ncontent-type: ${this.mediaType}\r\n` +
      `mesos-stream-id: ${stream}\r\n`;
    this.calls = new PipelinedCalls(this.port, head, SOCKETS);
    const decoder = new RecordDecoder(MAX_RECORD_BYTES);
    response.on("data", (chunk: Buffer) => {
      for (const record of decoder.push(chunk)) this.onEvent(this.decode(record));
    });
  }

  private onEvent(event: scheduler.Event): void {
    if (event.type === "UPDATE" && event.update !== undefined) this.acknowledge(event.update);
    else if (event.type === "OFFERS")
      for (const offer of event.offers?.offers ?? []) this.onOffer(offer);
    else if (event.type === "SUBSCRIBED") {
      this.frameworkId = event.subscribed?.framework_id.value ?? "";
      this.onSubscribed();
    } else if (event.type === "ERROR") throw new Error(event.error?.message);
  }

  private acknowledge({ status: { agent_id, task_id, uuid, state, message } }: Update): void {
    if (state !== "TASK_RUNNING" && state !== "TASK_FINISHED")
      throw new Error(`${task_id.value}: ${state ?? ""} ${message ?? ""}`);
    if (uuid === undefined || agent_id === undefined) return;
    if (this.encoding === "json")
      this.calls?.send(
        `{"framework_id":{"value":"${this.frameworkId}"},"type":"ACKNOWLEDGE","acknowledge":{"agent_id":{"value":"${agent_id.value}"},` +
          `"task_id":{"value":"${task_id.value}"},"uuid":"${uuid}"}}`,
      );
    else this.call({ type: "ACKNOWLEDGE", acknowledge: { agent_id, task_id, uuid } });
  }

  /** An offer waits until there is something to launch; what it has left is declined by the ACCEPT. */
  private onOffer(offer: v1.Offer): void {
    const left = this.wanted - this.launched;
    const count = Math.min(left, Math.floor(amount(offer, "cpus") / TASK_CPUS + 1e-6));
    if (count === 0) {
      this.offers.push(offer);
      return;
    }
    const task_infos = Array.from({ length: count }, () => this.task(offer));
    this.call({
      type: "ACCEPT",
      accept: {
        offer_ids: [offer.id],
        operations: [{ type: "LAUNCH", launch: { task_infos } }],
        filters: { refuse_seconds: 0 },
      },
    });
  }

  private task({ agent_id }: v1.Offer): v1.TaskInfo {
    const id = `task-${++this.launched}`;
    return {
      name: id,
      task_id: { value: id },
      agent_id,
      resources: [
        { name: "cpus", type: "SCALAR", scalar: { value: TASK_CPUS } },
        { name: "mem", type: "SCALAR", scalar: { value: TASK_MEM } },
      ],
      command: { value: "sleep 1000" },
    };
  }

  private call(call: Omit<scheduler.Call, "framework_id">): void {
    this.calls?.send(this.encode({ framework_id: { value: this.frameworkId }, ...call }));
  }

  private encode(call: scheduler.Call): Uint8Array | string {
    return this.encoding === "json" ? JSON.stringify(call) : schedulerCall.encodeProtobuf(call);
  }

  /** JSON is not checked: this is a load, not a client. */
  private decode(record: Uint8Array): scheduler.Event {
    if (this.encoding === "protobuf") return schedulerEvent.decodeProtobuf(record);
    return JSON.parse(
      Buffer.from(record.buffer, record.byteOffset, record.byteLength).toString(),
    ) as scheduler.Event;
  }
}

type Update = NonNullable<scheduler.Event["update"]>;

function amount({ resources = [] }: v1.Offer, name: string): number {
  return resources.find((one) => one.name === name)?.scalar?.value ?? 0;
}
