import type { AgentEffect, AgentInput } from "../../agent/agent-io.js";
import type { AgentState } from "../../agent/agent-state.js";
import { agentMetrics } from "../../agent/views/metrics.js";
import { sandboxPaths } from "../../agent/views/sandboxes.js";
import { v0State } from "../../agent/views/v0-state.js";
import { agentOperatorApi } from "./agent-operator-api.js";
import type { ProcessReads } from "./common-reads.js";
import { type ContainerReader, containerEndpoints } from "./container-endpoints.js";
import { earlierSandbox } from "./earlier-sandboxes.js";
import type { Refusal } from "./endpoint.js";
import { ExecutorApi, type ExecutorApiOptions } from "./executor-api.js";
import { HttpServer, type HttpServerOptions } from "./http-server.js";
import { type PendingRequest, PendingRequests } from "./pending-requests.js";
import { redactFlags } from "./redact-flags.js";
import { sendRefusal } from "./refusal.js";
import { statusEndpoints } from "./status-endpoints.js";
import { systemMetrics } from "./system-metrics.js";
import { viewEndpoint } from "./view-endpoints.js";
import { VirtualFiles } from "./virtual-files.js";

export interface AgentHttpOptions
  extends Omit<HttpServerOptions, "role">,
    Omit<ExecutorApiOptions, "pending"> {
  readonly version: string;
  readonly deliver: (input: AgentInput) => void;
  /** What the machine knows; read between two of its steps. */
  readonly state: () => AgentState;
  /** Says how containers do; undefined: nothing does. */
  readonly containers?: ContainerReader;
  /** The process's configuration, under the names of Mesos' flags; secrets are taken out here. */
  readonly flags?: Readonly<Record<string, string>>;
  /** The real path behind each virtual one besides the sandboxes, e.g. of `/slave/log`. */
  readonly files?: () => ReadonlyMap<string, string>;
  /** Numbers from outside the machine, by their full names; those of the machine take precedence. */
  readonly metrics?: () => Readonly<Record<string, number>>;
  readonly now?: () => number;
}
/** The effects of an agent that its HTTP server carries out. */
export type AgentHttpEffect = AgentEffect & {
  readonly type: "OPEN_STREAM" | "EVENT" | "CLOSE_STREAM" | "RESPOND";
};

/**
 * The HTTP side of an agent: feeds its machine the executors' calls, carries out the effects that answer them, and shows
 * the state and the sandboxes. `server` takes further endpoints until it listens.
 */
export class AgentHttp {
  readonly server: HttpServer;
  private readonly pending = new PendingRequests();
  private readonly executors: ExecutorApi;

  constructor(options: AgentHttpOptions) {
    const { state, containers } = options;
    this.server = new HttpServer({ ...options, role: "agent" });
    this.executors = new ExecutorApi({ ...options, pending: this.pending });
    const reads = processReads(options);
    const gate = recoveryGate(state);
    const endpoints = [
      this.executors,
      agentOperatorApi({ ...reads, gate, state, containers }),
      viewEndpoint("/state", () => v0State(state(), reads), { realm: "readonly", gate }),
      ...containerEndpoints({ state, containers }),
      ...statusEndpoints(reads),
    ];
    for (const endpoint of endpoints) this.server.add(endpoint);
  }

  /** Never throws; what is addressed to an executor that has gone is dropped. */
  carryOut(effect: AgentHttpEffect): void {
    switch (effect.type) {
      case "OPEN_STREAM":
        return this.executors.openStream(effect);
      case "EVENT":
        return this.executors.sendEvent(effect.stream, effect.event);
      case "CLOSE_STREAM":
        return this.executors.closeStream(effect.stream);
      case "RESPOND": {
        const pending = this.pending.take(effect.request);
        if (pending !== undefined) respond(pending, effect);
      }
    }
  }
}

function respond(
  { exchange: { reply } }: PendingRequest,
  { status, message = "" }: AgentEffect & { readonly type: "RESPOND" },
): void {
  if (status >= 400) sendRefusal(reply, { status, message });
  else reply.code(status).send();
}

function recoveryGate(state: () => AgentState): () => Refusal | undefined {
  return () =>
    state().phase === "RECOVERING"
      ? { status: 503, message: "the agent is still recovering" }
      : undefined;
}

function processReads(options: AgentHttpOptions): ProcessReads {
  const { state, now = Date.now, files = () => new Map<string, string>() } = options;
  return {
    version: options.version,
    flags: redactFlags(options.flags ?? {}),
    files: new VirtualFiles(
      () => new Map([...files(), ...sandboxPaths(state())]),
      (path) => earlierSandbox(state(), path),
    ),
    metrics: () => ({
      ...options.metrics?.(),
      ...agentMetrics(state(), now()),
      ...systemMetrics(),
    }),
  };
}
