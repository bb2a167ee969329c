import type { RequestId } from "../../base/ids.js";
import type { Encoding } from "./content.js";
import type { Exchange } from "./endpoint.js";

/** A request that a machine has been told of and has not answered yet. */
export interface PendingRequest {
  readonly exchange: Exchange;
  readonly encoding: Encoding;
}

/** The requests that wait for a machine's answer. The machine answers each of them, those too whose client has gone. */
export class PendingRequests {
  private readonly waiting = new Map<RequestId, PendingRequest>();
  private last = 0;

  /** The id a machine answers under. */
  add(pending: PendingRequest): RequestId {
    const id = String(++this.last);
    this.waiting.set(id, pending);
    return id;
  }

  /** The request to answer, once; undefined when its client has gone. */
  take(id: RequestId): PendingRequest | undefined {
    const pending = this.waiting.get(id);
    this.waiting.delete(id);
    return pending?.exchange.reply.raw.destroyed ? undefined : pending;
  }
}
