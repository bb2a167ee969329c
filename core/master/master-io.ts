import type {
  AgentId,
  ConnectionId,
  FrameworkId,
  OfferId,
  RequestId,
  StreamId,
  Ticket,
} from "../base/ids.js";
import type { LogFields, LogLevel } from "../base/logger.js";
import type { Principal } from "../contracts/principal.js";
import type { RegistryOperation, RegistrySnapshot } from "../contracts/registry-store.js";
import type { CloseReason } from "../contracts/transport.js";
import type { AgentToMaster, MasterToAgent } from "../protocol/agent-protocol.js";
import type { master, scheduler } from "../protocol/v1.js";

/** What may happen to a master. Messages were decoded and validated at the edge; principals were authenticated there. */
export type MasterInput =
  /** This master leads, and has read the registry. Always the first input. */
  | { readonly type: "ELECTED"; readonly epoch: number; readonly registry: RegistrySnapshot }
  | {
      readonly type: "AGENT_MESSAGE";
      readonly connection: ConnectionId;
      /** The IP address the agent connects from. */
      readonly remoteAddress: string;
      readonly principal?: string;
      readonly message: AgentToMaster;
    }
  | { readonly type: "AGENT_DISCONNECTED"; readonly connection: ConnectionId }
  | {
      readonly type: "SCHEDULER_CALL";
      readonly request: RequestId;
      /** SUBSCRIBE: the stream that is opened if it is taken. Every other call: its `Mesos-Stream-Id`, if any. */
      readonly stream: StreamId | undefined;
      readonly principal?: Principal;
      readonly call: scheduler.Call;
    }
  | { readonly type: "STREAM_CLOSED"; readonly stream: StreamId }
  /** A call of the operator API that changes something; reads are served from `views/` without an input. */
  | {
      readonly type: "OPERATOR_CALL";
      readonly request: RequestId;
      readonly principal?: Principal;
      readonly call: master.Call;
    }
  | { readonly type: "PERSISTED"; readonly ticket: Ticket }
  | { readonly type: "TIMER"; readonly timer: MasterTimer }
  /** The hosts whose agents may be offered; without one, all may. What is offered already is left as it is. */
  | { readonly type: "WHITELIST"; readonly hostnames: readonly string[] }
  /** The machine asked to go on allocating in another turn. */
  | { readonly type: "ALLOCATE" };

export type MasterTimer =
  | { readonly type: "ALLOCATION_INTERVAL" }
  | { readonly type: "PING"; readonly agentId: AgentId; readonly observation: number }
  | {
      readonly type: "AGENT_REREGISTER_TIMEOUT";
      readonly agentId: AgentId;
      readonly generation: number;
    }
  | { readonly type: "RECOVERY_TIMEOUT" }
  | {
      readonly type: "FRAMEWORK_FAILOVER_TIMEOUT";
      readonly frameworkId: FrameworkId;
      readonly generation: number;
    }
  | { readonly type: "HEARTBEAT"; readonly stream: StreamId }
  | { readonly type: "OFFER_TIMEOUT"; readonly offerId: OfferId }
  | { readonly type: "REGISTRY_GC" };

/** What a master wants done. Carried out in order; an effect never throws back into the machine. */
export type MasterEffect =
  | { readonly type: "SEND"; readonly connection: ConnectionId; readonly message: MasterToAgent }
  | {
      readonly type: "DISCONNECT";
      readonly connection: ConnectionId;
      readonly reason: CloseReason;
      readonly message: string;
    }
  /** Answers a SUBSCRIBE with 200 and keeps the response open under `stream`. */
  | { readonly type: "OPEN_STREAM"; readonly request: RequestId; readonly stream: StreamId }
  | { readonly type: "EVENT"; readonly stream: StreamId; readonly event: scheduler.Event }
  | { readonly type: "CLOSE_STREAM"; readonly stream: StreamId }
  /** `message` is the plain-text body of a refusal; `body` the answer to an operator call that has one. */
  | {
      readonly type: "RESPOND";
      readonly request: RequestId;
      readonly status: number;
      readonly message?: string;
      readonly body?: master.Response;
    }
  /** Written as one batch; PERSISTED with the same ticket follows. A failure ends the process instead. */
  | {
      readonly type: "PERSIST";
      readonly ticket: Ticket;
      readonly operations: readonly RegistryOperation[];
    }
  | { readonly type: "TIMER"; readonly timer: MasterTimer; readonly delayMs: number }
  /** Comes back as an ALLOCATE input after other inputs had their turn. */
  | { readonly type: "ALLOCATE" }
  | {
      readonly type: "LOG";
      readonly level: LogLevel;
      readonly message: string;
      readonly fields: LogFields;
    }
  /** The master must not go on, e.g. after a recovery beyond its removal limit. */
  | { readonly type: "EXIT"; readonly message: string };
