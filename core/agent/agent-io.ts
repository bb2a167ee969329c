import type { ContainerId, FrameworkId, RequestId, StreamId, TaskId, Ticket } from "../base/ids.js";
import type { LogFields, LogLevel } from "../base/logger.js";
import type { CheckpointRecord } from "../contracts/checkpoint-store.js";
import type {
  ContainerConfig,
  ContainerTermination,
  ContainerVolume,
} from "../contracts/container.js";
import type { Base64 } from "../protocol/base64.js";
import type { AgentToMaster, MasterToAgent } from "../protocol/agent-protocol.js";
import type { executor } from "../protocol/v1.js";
import type { Resources } from "../resources/resources.js";
import type { VolumeChanges } from "../resources/volumes.js";

/** What may happen to an agent. */
export type AgentInput =
  /** The checkpoints have been read and the containers of the last process dealt with. Always the first input. */
  | { readonly type: "RECOVERED"; readonly checkpoints: ReadonlyMap<string, unknown> }
  /** A connection to the leading master stands; `epoch` is that leader's. */
  | { readonly type: "MASTER_CONNECTED"; readonly epoch: number; readonly hostname: string }
  | { readonly type: "MASTER_DISCONNECTED" }
  /** The send buffer towards the master is full, or has drained. */
  | { readonly type: "MASTER_CONGESTED"; readonly congested: boolean }
  | { readonly type: "MASTER_MESSAGE"; readonly message: MasterToAgent }
  | {
      readonly type: "EXECUTOR_CALL";
      readonly request: RequestId;
      /** The stream that is opened if a SUBSCRIBE is taken. */
      readonly stream: StreamId;
      readonly call: executor.Call;
    }
  | { readonly type: "STREAM_CLOSED"; readonly stream: StreamId }
  | {
      readonly type: "CONTAINER_LAUNCHED";
      readonly containerId: ContainerId;
      readonly pid?: number;
    }
  | {
      readonly type: "CONTAINER_FAILED";
      readonly containerId: ContainerId;
      readonly message: string;
    }
  | {
      readonly type: "CONTAINER_EXITED";
      readonly containerId: ContainerId;
      readonly termination: ContainerTermination;
    }
  | { readonly type: "CONTAINER_UPDATED"; readonly containerId: ContainerId }
  | {
      readonly type: "CONTAINER_UPDATE_FAILED";
      readonly containerId: ContainerId;
      readonly message: string;
    }
  | { readonly type: "CHECKPOINTED"; readonly ticket: Ticket }
  | { readonly type: "TIMER"; readonly timer: AgentTimer }
  /** The process is told to end: `unregister` (SIGUSR1) ends its tasks with it, otherwise they are left alone. */
  | { readonly type: "TERMINATE"; readonly unregister: boolean };

export type AgentTimer =
  | { readonly type: "REGISTER"; readonly generation: number }
  | { readonly type: "PING_TIMEOUT"; readonly generation: number }
  | {
      readonly type: "STATUS_UPDATE_RETRY";
      readonly frameworkId: FrameworkId;
      readonly taskId: TaskId;
      readonly generation: number;
    }
  | {
      readonly type: "OPERATION_STATUS_RETRY";
      readonly operationUuid: Base64;
      readonly generation: number;
    }
  | { readonly type: "EXECUTOR_REGISTRATION_TIMEOUT"; readonly containerId: ContainerId }
  | { readonly type: "EXECUTOR_SHUTDOWN_TIMEOUT"; readonly containerId: ContainerId }
  | {
      readonly type: "KILL_ESCALATION";
      readonly containerId: ContainerId;
      readonly generation: number;
    }
  | { readonly type: "MAX_COMPLETION_TIME"; readonly containerId: ContainerId }
  | { readonly type: "HEARTBEAT"; readonly stream: StreamId };

/** What an agent wants done. */
export type AgentEffect =
  | { readonly type: "SEND"; readonly message: AgentToMaster }
  /** The master is of no use (stale epoch, no ping): connect again, to whoever leads now. */
  | { readonly type: "RECONNECT"; readonly message: string }
  | { readonly type: "OPEN_STREAM"; readonly request: RequestId; readonly stream: StreamId }
  | { readonly type: "EVENT"; readonly stream: StreamId; readonly event: executor.Event }
  | { readonly type: "CLOSE_STREAM"; readonly stream: StreamId }
  | {
      readonly type: "RESPOND";
      readonly request: RequestId;
      readonly status: number;
      readonly message?: string;
    }
  /** CONTAINER_LAUNCHED or CONTAINER_FAILED follows, and CONTAINER_EXITED after the former. */
  | { readonly type: "LAUNCH"; readonly containerId: ContainerId; readonly config: ContainerConfig }
  /** The container may use this from now on. CONTAINER_UPDATED or CONTAINER_UPDATE_FAILED follows, unless it ends first. */
  | {
      readonly type: "UPDATE";
      readonly containerId: ContainerId;
      readonly resources: Resources;
      readonly volumes: readonly ContainerVolume[];
    }
  | { readonly type: "KILL"; readonly containerId: ContainerId; readonly signal: number }
  | { readonly type: "DESTROY"; readonly containerId: ContainerId }
  /**
   * Written as one batch; CHECKPOINTED with the same ticket follows. Directories of volumes are made before, and those
   * that go are removed once the batch is durable; all of it is over before the next batch is begun, and before
   * CHECKPOINTED. A failure ends the process instead.
   */
  | {
      readonly type: "CHECKPOINT";
      readonly ticket: Ticket;
      readonly records: readonly CheckpointRecord[];
      readonly volumes?: VolumeChanges;
    }
  | { readonly type: "TIMER"; readonly timer: AgentTimer; readonly delayMs: number }
  | {
      readonly type: "LOG";
      readonly level: LogLevel;
      readonly message: string;
      readonly fields: LogFields;
    }
  /** The process ends with `status`; containers are left alone unless they were destroyed before. */
  | { readonly type: "EXIT"; readonly status: number; readonly message: string };
