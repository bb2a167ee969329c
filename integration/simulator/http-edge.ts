import type { RequestId, StreamId } from "../../core/base/ids.js";
import type { Endpoint } from "./network/endpoint.js";
import type { CallAnswer, StreamPart } from "./wire.js";

interface Client<Call, Event> {
  readonly end: Endpoint<Call, StreamPart<Event>>;
  readonly peer: string;
}

/** The requests and open streams of one process: what an HTTP server keeps for its machine. */
export class HttpEdge<Call, Event> {
  private count = 0;
  private readonly subscribing = new Map<RequestId, Client<Call, Event>>();
  private readonly streams = new Map<StreamId, Client<Call, Event>>();
  private readonly waiting = new Map<RequestId, (answer: CallAnswer) => void>();

  /** @param server tells its streams from those of other processes. */
  constructor(private readonly server: string) {}

  /** Ids for a SUBSCRIBE that has just come in. */
  subscribe(end: Endpoint<Call, StreamPart<Event>>, peer: string) {
    const number = ++this.count;
    const request = `request-${number}`;
    this.subscribing.set(request, { end, peer });
    return { request, stream: `${this.server}-stream-${number}` };
  }

  /** An id for any other call. */
  receive(answer: (answer: CallAnswer) => void): RequestId {
    const request = `request-${++this.count}`;
    this.waiting.set(request, answer);
    return request;
  }

  openStream(request: RequestId, stream: StreamId): void {
    const client = this.subscribing.get(request);
    if (client === undefined) return;
    this.subscribing.delete(request);
    this.streams.set(stream, client);
    client.end.send({ type: "OPENED", stream });
  }

  respond(request: RequestId, status: number, message = ""): void {
    const refused = this.subscribing.get(request);
    if (refused !== undefined) {
      this.subscribing.delete(request);
      refused.end.send({ type: "REFUSED", status, message });
      refused.end.close();
      return;
    }
    const answer = this.waiting.get(request);
    this.waiting.delete(request);
    answer?.({ status, message });
  }

  /** @returns false where the event is lost already. */
  send(stream: StreamId, event: Event): boolean {
    return this.streams.get(stream)?.end.send({ type: "EVENT", event }) ?? false;
  }

  peerOf(stream: StreamId): string {
    return this.streams.get(stream)?.peer ?? "nobody";
  }

  close(stream: StreamId): void {
    this.streams.get(stream)?.end.close();
  }

  /** @returns false where it was forgotten before. */
  forget(stream: StreamId): boolean {
    return this.streams.delete(stream);
  }

  hangUp(silent: boolean): void {
    for (const { end } of [...this.streams.values(), ...this.subscribing.values()]) {
      if (silent) end.vanish();
      else end.close();
    }
    this.streams.clear();
    this.subscribing.clear();
    this.waiting.clear();
  }
}
