import type { StreamId } from "../../core/base/ids.js";
import type { AgentToMaster, MasterToAgent } from "../../core/protocol/agent-protocol.js";
import type { executor, scheduler } from "../../core/protocol/v1.js";
import type { Endpoint } from "./network/endpoint.js";

/** What a master sends to an agent: the transport's handshake first, then messages. */
export type ToAgent =
  | { readonly type: "HANDSHAKE"; readonly epoch: number; readonly hostname: string }
  | { readonly type: "MESSAGE"; readonly message: MasterToAgent };

/** A response that is kept open: its head first, then events. */
export type StreamPart<Event> =
  | { readonly type: "OPENED"; readonly stream: StreamId }
  | { readonly type: "REFUSED"; readonly status: number; readonly message: string }
  | { readonly type: "EVENT"; readonly event: Event };

/** The answer to a call other than SUBSCRIBE. */
export interface CallAnswer {
  readonly status: number;
  readonly message?: string;
}

/** The servers' ends of their connections. */
export type AgentConnection = Endpoint<AgentToMaster, ToAgent>;
export type SchedulerConnection = Endpoint<scheduler.Call, StreamPart<scheduler.Event>>;
export type ExecutorConnection = Endpoint<executor.Call, StreamPart<executor.Event>>;
