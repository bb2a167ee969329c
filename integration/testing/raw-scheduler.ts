import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import type { scheduler, v1 } from "../../core/protocol/v1.js";
import { TestClient, until } from "./http-client.js";

const PATH = "/api/v1/scheduler";
const JSON_TYPE = { "content-type": "application/json" };

/** A scheduler that speaks bare HTTP, as clients of Mesos do that bring no library: a chunk of the answer is a record. */
export class RawScheduler {
  readonly chunks: string[] = [];
  private response: IncomingMessage | undefined;
  private taken = 0;
  private frameworkId: v1.FrameworkID | undefined;

  private constructor(private readonly client: TestClient) {}

  /** Sends SUBSCRIBE as it stands, and reads from the stream that opens. */
  static async subscribe(
    port: number,
    call: object,
    headers: OutgoingHttpHeaders = {},
  ): Promise<RawScheduler> {
    const one = new RawScheduler(new TestClient(port));
    const body = JSON.stringify(call);
    one.response = await one.client.send("POST", PATH, { ...JSON_TYPE, ...headers }, body);
    one.response.on("data", (chunk: Buffer) => one.chunks.push(chunk.toString()));
    return one;
  }

  get status(): number | undefined {
    return this.response?.statusCode;
  }
  get headers(): IncomingMessage["headers"] {
    return this.response?.headers ?? {};
  }

  /** The next event of a type; the others before it are passed over. */
  async next(type: scheduler.Event.Type): Promise<scheduler.Event> {
    let found: scheduler.Event | undefined;
    await until(() => {
      while (found === undefined && this.taken < this.chunks.length) {
        const event = recordOf(this.chunks[this.taken++] ?? "");
        if (event.type === type) found = event;
      }
      return found !== undefined;
    });
    return found ?? {};
  }

  async nextOffer(): Promise<v1.Offer> {
    const { offers } = await this.next("OFFERS");
    const [offer] = offers?.offers ?? [];
    if (offer === undefined) throw new Error("an OFFERS event without offers");
    return offer;
  }

  async nextStatus(state: v1.TaskState): Promise<v1.TaskStatus> {
    for (;;) {
      const { update } = await this.next("UPDATE");
      if (update === undefined) continue;
      await this.acknowledge(update.status);
      if (update.status.state === state) return update.status;
    }
  }

  /** Sends a call of this framework; gives status and body. */
  async call(framework_id: v1.FrameworkID | undefined, call: object): Promise<[number, string]> {
    const response = await this.client.send(
      "POST",
      PATH,
      { ...JSON_TYPE, "mesos-stream-id": this.headers["mesos-stream-id"] },
      JSON.stringify({ framework_id, ...call }),
    );
    let text = "";
    for await (const chunk of response) text += String(chunk);
    return [response.statusCode ?? 0, text];
  }

  async subscribed(): Promise<v1.FrameworkID> {
    const { subscribed } = await this.next("SUBSCRIBED");
    if (subscribed === undefined) throw new Error("a SUBSCRIBED event without its content");
    this.frameworkId = subscribed.framework_id;
    return subscribed.framework_id;
  }

  private async acknowledge({ uuid, agent_id, task_id }: v1.TaskStatus): Promise<void> {
    if (uuid === undefined) return;
    const acknowledge = { uuid, agent_id, task_id };
    await this.call(this.frameworkId, { type: "ACKNOWLEDGE", acknowledge });
  }

  dispose(): void {
    this.client.dispose();
  }
}

/** The message of a chunk that is exactly one RecordIO record. */
export function recordOf(chunk: string): scheduler.Event {
  const [, length = "", text = ""] = /^(\d+)\n([^]*)$/.exec(chunk) ?? [];
  if (Buffer.byteLength(text) !== Number(length)) throw new Error(`not one record: ${chunk}`);
  return JSON.parse(text) as scheduler.Event;
}
