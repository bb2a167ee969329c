import type { MasterEffect } from "../../master/master-io.js";
import type { MasterState } from "../../master/master-state.js";
import { masterMetrics } from "../../master/views/metrics.js";
import { masterResponse } from "../../protocol/codecs.js";
import { sendBody, writeMessage } from "./answer.js";
import { type Explain, explainEndpoint } from "./explain-endpoint.js";
import { HttpServer, type HttpServerOptions } from "./http-server.js";
import { masterOperatorApi, type MasterOperatorApiOptions } from "./master-operator-api.js";
import { masterV0Endpoints } from "./master-v0-endpoints.js";
import { type PendingRequest, PendingRequests } from "./pending-requests.js";
import { redactFlags } from "./redact-flags.js";
import { sendRefusal } from "./refusal.js";
import { SchedulerApi, type SchedulerApiOptions } from "./scheduler-api.js";
import { statusEndpoints } from "./status-endpoints.js";
import { systemMetrics } from "./system-metrics.js";
import { VirtualFiles } from "./virtual-files.js";

export interface MasterHttpOptions
  extends Omit<HttpServerOptions, "role">,
    Omit<SchedulerApiOptions, "pending"> {
  readonly version: string;
  /** What the machine knows; read between two of its steps. */
  readonly state: () => MasterState;
  /** The process's configuration, under the names of Mesos' flags; secrets are taken out here. */
  readonly flags?: Readonly<Record<string, string>>;
  /** The real path behind each virtual one, e.g. of `/master/log`. */
  readonly files?: () => ReadonlyMap<string, string>;
  /** Numbers from outside the machine, by their full names; those of the machine take precedence. */
  readonly metrics?: () => Readonly<Record<string, number>>;
  readonly now?: () => number;
  /** Why a framework is offered nothing; undefined: nobody can say. */
  readonly explain?: Explain;
}
/** The effects of a master that its HTTP server carries out. */
export type MasterHttpEffect = MasterEffect & {
  readonly type: "OPEN_STREAM" | "EVENT" | "CLOSE_STREAM" | "RESPOND";
};

/**
 * The HTTP side of a master: feeds its machine the calls, carries out the effects that answer them, and shows the state.
 * `server` takes further endpoints until it listens.
 */
export class MasterHttp {
  readonly server: HttpServer;
  private readonly pending = new PendingRequests();
  private readonly schedulers: SchedulerApi;

  constructor(options: MasterHttpOptions) {
    this.server = new HttpServer({ ...options, role: "master" });
    this.schedulers = new SchedulerApi({ ...options, pending: this.pending });
    const operator = operatorOptions(options, this.pending);
    const endpoints = [
      this.schedulers,
      masterOperatorApi(operator),
      ...masterV0Endpoints(operator),
      ...statusEndpoints(operator),
      explainEndpoint(operator, options.explain ?? (() => undefined)),
    ];
    for (const endpoint of endpoints) this.server.add(endpoint);
  }

  /** Never throws; what is addressed to a client that has gone is dropped. */
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
        if (pending === undefined) return;
        respond(pending, effect).catch((error: unknown) => pending.exchange.reply.send(error));
      }
    }
  }
}

function operatorOptions(
  options: MasterHttpOptions,
  pending: PendingRequests,
): MasterOperatorApiOptions {
  const { state, now = Date.now, files = () => new Map(), metrics = () => ({}) } = options;
  return {
    leadership: options.leadership,
    deliver: options.deliver,
    version: options.version,
    flags: redactFlags(options.flags ?? {}),
    files: new VirtualFiles(files),
    metrics: () => ({ ...metrics(), ...masterMetrics(state(), now()), ...systemMetrics() }),
    state,
    pending,
  };
}

async function respond(
  { exchange, encoding }: PendingRequest,
  { status, message, body }: MasterEffect & { readonly type: "RESPOND" },
): Promise<void> {
  const { reply } = exchange;
  if (status >= 400) sendRefusal(reply, { status, message: message ?? "" });
  else if (body === undefined) reply.code(status).send();
  else {
    reply.code(status);
    await sendBody(exchange, await writeMessage(masterResponse, body, encoding), encoding);
  }
}
