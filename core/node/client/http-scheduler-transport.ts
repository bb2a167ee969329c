import { Agent, type ClientRequest, type IncomingMessage, request } from "node:http";
import type { Disposable } from "../../base/disposable.js";
import type { StreamId } from "../../base/ids.js";
import { messageOf } from "../../base/kernel-error.js";
import {
  CallError,
  type SchedulerTransport,
  type SubscriptionHandlers,
} from "../../client/scheduler-transport.js";
import { schedulerCall, schedulerEvent } from "../../protocol/codecs.js";
import { MAX_RECORD_BYTES } from "../../protocol/limits.js";
import { RecordDecoder } from "../../protocol/recordio.js";
import type { scheduler } from "../../protocol/v1.js";

const PATH = "/api/v1/scheduler";
const MAX_REDIRECTS = 5;

export interface HttpSchedulerTransportOptions {
  /** For instance `http://127.0.0.1:5050`. */
  readonly master: string;
  readonly encoding?: "application/json" | "application/x-protobuf";
  /** Sent with every request, e.g. Authorization. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The scheduler API over HTTP: one stream for events, one kept connection for calls, redirects to the leader followed. */
export class HttpSchedulerTransport implements SchedulerTransport, Disposable {
  private master: URL;
  /** One socket, so that calls arrive in order. */
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(private readonly options: HttpSchedulerTransportOptions) {
    this.master = new URL(options.master);
  }

  subscribe(call: scheduler.Call, handlers: SubscriptionHandlers): Disposable {
    const stream = new EventStream(this, call, handlers);
    stream.open();
    return stream;
  }

  async call(call: scheduler.Call, streamId: StreamId): Promise<void> {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = this.request({ "mesos-stream-id": streamId }, this.agent);
      sent.on("response", resolve);
      sent.on("error", (error) => reject(new CallError(0, messageOf(error))));
      sent.end(this.encode(call));
    });
    const body = await readText(response);
    const { statusCode = 0 } = response;
    if (statusCode < 200 || statusCode > 299)
      throw new CallError(statusCode, `${call.type ?? "UNKNOWN"}: ${statusCode} ${body}`.trim());
  }

  /** Requests go to the master that was last known to lead. */
  request(headers: Readonly<Record<string, string>>, agent: Agent | false): ClientRequest {
    const { encoding = "application/json", headers: own } = this.options;
    return request(new URL(PATH, this.master), {
      method: "POST",
      agent,
      headers: { "content-type": encoding, accept: encoding, ...own, ...headers },
    });
  }

  encode(call: scheduler.Call): Uint8Array | string {
    return this.isJson ? schedulerCall.toJson(call) : schedulerCall.encodeProtobuf(call);
  }

  decode(record: Uint8Array): scheduler.Event {
    return this.isJson
      ? schedulerEvent.parseJson(Buffer.from(record).toString("utf8"))
      : schedulerEvent.decodeProtobuf(record);
  }

  /** A follower names the leader in a Location without a scheme. */
  redirect(location: string): void {
    const { protocol, host } = new URL(location, this.master);
    this.master = new URL(`${protocol}//${host}`);
  }

  private get isJson(): boolean {
    return (this.options.encoding ?? "application/json") === "application/json";
  }

  dispose(): void {
    this.agent.destroy();
  }
}

/** One SUBSCRIBE and the events that follow it. */
class EventStream implements Disposable {
  private readonly decoder = new RecordDecoder(MAX_RECORD_BYTES);
  private current: ClientRequest | undefined;
  private redirects = 0;
  private closed = false;

  constructor(
    private readonly transport: HttpSchedulerTransport,
    private readonly call: scheduler.Call,
    private readonly handlers: SubscriptionHandlers,
  ) {}

  open(): void {
    const sent = this.transport.request({}, false);
    this.current = sent;
    sent.on("response", (response) => void this.onResponse(response));
    sent.on("error", (error) => this.close(messageOf(error)));
    sent.end(this.transport.encode(this.call));
  }

  private async onResponse(response: IncomingMessage): Promise<void> {
    const { statusCode, headers } = response;
    if (statusCode === 307 && headers.location !== undefined && this.redirects++ < MAX_REDIRECTS) {
      response.resume();
      this.transport.redirect(headers.location);
      this.open();
      return;
    }
    const streamId = headers["mesos-stream-id"];
    if (statusCode !== 200 || typeof streamId !== "string") {
      const body = await readText(response).catch(messageOf);
      this.close(`SUBSCRIBE: ${statusCode ?? 0} ${body}`.trim());
      return;
    }
    this.handlers.onOpen(streamId);
    response.on("data", (chunk: Buffer) => this.onData(chunk));
    response.on("error", (error) => this.close(messageOf(error)));
    response.on("close", () => this.close("the master has closed the stream"));
  }

  private onData(chunk: Buffer): void {
    try {
      for (const record of this.decoder.push(chunk)) {
        if (this.closed) return;
        this.handlers.onEvent(this.transport.decode(record));
      }
    } catch (error) {
      this.close(`not an event stream: ${messageOf(error)}`);
    }
  }

  private close(reason: string): void {
    if (this.closed) return;
    this.closed = true;
    this.current?.destroy();
    this.handlers.onClosed(reason);
  }

  dispose(): void {
    this.closed = true;
    this.current?.destroy();
  }
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
