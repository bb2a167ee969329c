import type { MasterEffect } from "../../master/master-io.js";
import { masterResponse } from "../../protocol/codecs.js";
import { HttpServer, type HttpServerOptions } from "./http-server.js";
import { PendingRequests, type PendingRequest } from "./pending-requests.js";
import { sendRefusal } from "./refusal.js";
import { SchedulerApi, type SchedulerApiOptions } from "./scheduler-api.js";
import { masterStatusEndpoints } from "./status-endpoints.js";

export interface MasterHttpOptions
  extends Omit<HttpServerOptions, "role">,
    Omit<SchedulerApiOptions, "pending"> {
  readonly version: string;
}
/** The effects of a master that its HTTP server carries out. */
export type MasterHttpEffect = MasterEffect & {
  readonly type: "OPEN_STREAM" | "EVENT" | "CLOSE_STREAM" | "RESPOND";
};

/** The HTTP side of a master: feeds its machine the calls, and carries out the effects that answer them. */
export class MasterHttp {
  readonly server: HttpServer;
  private readonly pending = new PendingRequests();
  private readonly schedulers: SchedulerApi;

  constructor(options: MasterHttpOptions) {
    this.server = new HttpServer({ ...options, role: "master" });
    this.schedulers = new SchedulerApi({ ...options, pending: this.pending });
    this.server.add(this.schedulers);
    for (const endpoint of masterStatusEndpoints(options)) this.server.add(endpoint);
  }

  carryOut(effect: MasterHttpEffect): void {
    switch (effect.type) {
      case "OPEN_STREAM":
        return this.schedulers.openStream(effect);
      case "EVENT":
        return this.schedulers.sendEvent(effect.stream, effect.event);
      case "CLOSE_STREAM":
        return this.schedulers.closeStream(effect.stream);
      case "RESPOND": {
        const pending = this.pending.take(effect.request);
        if (pending !== undefined) respond(pending, effect);
      }
    }
  }
}

function respond(
  { exchange: { reply }, encoding }: PendingRequest,
  { status, message, body }: MasterEffect & { readonly type: "RESPOND" },
): void {
  if (status >= 400) sendRefusal(reply, { status, message: message ?? "" });
  else if (body === undefined) reply.code(status).send();
  else {
    const bytes =
      encoding === "application/json"
        ? Buffer.from(masterResponse.toJson(body))
        : Buffer.from(masterResponse.encodeProtobuf(body));
    reply.code(status).type(encoding).send(bytes);
  }
}
