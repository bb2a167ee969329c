import type { AgentId, ExecutorId, FrameworkId, TaskId } from "../base/ids.js";
import type { Base64 } from "./base64.js";
import type { scheduler, v1 } from "./v1.js";

/**
 * What master and agent tell each other. The semantics are those of Mesos' internal messages (docs/agent-protocol.md
 * goes through them frame by frame); the v1 messages inside travel as they are. Delivery is FIFO and at most once a
 * connection; what must survive a loss is repaired by registering again.
 */
export const PROTOCOL_VERSION = 1;

/** What a task's latest known state and its oldest unacknowledged update are. */
export interface StatusUpdate {
  readonly frameworkId: FrameworkId;
  /** Absent for the built-in command executor. */
  readonly executorId?: ExecutorId;
  readonly status: v1.TaskStatus;
  /** The task's latest state; resources are accounted by it, whatever `status` still has to be acknowledged. */
  readonly latestState: v1.TaskState;
}

/** What the agent runs for one framework, as it tells a master on registering again. */
export interface AgentFramework {
  readonly frameworkInfo: v1.FrameworkInfo;
}

export interface AgentExecutor {
  readonly frameworkId: FrameworkId;
  readonly executorInfo: v1.ExecutorInfo;
}

export type AgentToMaster =
  | {
      readonly type: "REGISTER_AGENT";
      readonly agentInfo: v1.AgentInfo;
      readonly version: string;
      readonly capabilities: readonly v1.AgentInfo.Capability[];
      /** Dynamic reservations and persistent volumes applied to the agent's resources so far. */
      readonly checkpointedResources: readonly v1.Resource[];
      readonly resourceVersion: Base64;
    }
  | {
      readonly type: "REREGISTER_AGENT";
      readonly agentInfo: v1.AgentInfo;
      readonly version: string;
      readonly capabilities: readonly v1.AgentInfo.Capability[];
      readonly checkpointedResources: readonly v1.Resource[];
      readonly resourceVersion: Base64;
      readonly frameworks: readonly AgentFramework[];
      readonly executors: readonly AgentExecutor[];
      /** Tasks that are not terminal, and terminal ones whose last update is not acknowledged. */
      readonly tasks: readonly v1.Task[];
      /** Operations whose outcome the framework has not acknowledged. */
      readonly operations: readonly v1.Operation[];
    }
  | { readonly type: "UNREGISTER_AGENT"; readonly agentId: AgentId }
  | { readonly type: "PONG"; readonly agentId: AgentId }
  | { readonly type: "STATUS_UPDATE"; readonly agentId: AgentId; readonly update: StatusUpdate }
  | {
      readonly type: "EXECUTOR_MESSAGE";
      readonly agentId: AgentId;
      readonly frameworkId: FrameworkId;
      readonly executorId: ExecutorId;
      readonly data: Base64;
    }
  | {
      readonly type: "EXITED_EXECUTOR";
      readonly agentId: AgentId;
      readonly frameworkId: FrameworkId;
      readonly executorId: ExecutorId;
      /** The wait status as POSIX encodes it; -1 where it is unknown. */
      readonly status: number;
    }
  | {
      readonly type: "UPDATE_AGENT";
      readonly agentId: AgentId;
      readonly resourceVersion: Base64;
      /** The whole revocable total, where it changed. */
      readonly oversubscribed?: readonly v1.Resource[];
    }
  | {
      readonly type: "OPERATION_STATUS_UPDATE";
      readonly agentId: AgentId;
      readonly frameworkId?: FrameworkId;
      readonly operationUuid: Base64;
      readonly status: v1.OperationStatus;
      readonly latestStatus?: v1.OperationStatus;
    };

export type MasterToAgent =
  | {
      readonly type: "AGENT_REGISTERED";
      readonly agentId: AgentId;
      /** Without a ping for this long the agent looks for the leader again. */
      readonly pingTimeoutMs: number;
    }
  | {
      readonly type: "AGENT_REREGISTERED";
      readonly agentId: AgentId;
      readonly pingTimeoutMs: number;
      /** Tasks the master knows on this agent and the agent did not name: it answers for each. */
      readonly reconcile: readonly ReconcileTask[];
    }
  | { readonly type: "PING"; readonly connected: boolean }
  | { readonly type: "SHUTDOWN_AGENT"; readonly message: string }
  | {
      readonly type: "RUN_TASK";
      readonly frameworkInfo: v1.FrameworkInfo;
      readonly task: v1.TaskInfo;
      /** Set for a custom executor; a command task has none. */
      readonly executor?: v1.ExecutorInfo;
      /** Whether the master expects this launch to start a new executor. */
      readonly launchExecutor: boolean;
      readonly resourceVersion: Base64;
    }
  | {
      readonly type: "RUN_TASK_GROUP";
      readonly frameworkInfo: v1.FrameworkInfo;
      readonly executor: v1.ExecutorInfo;
      readonly taskGroup: v1.TaskGroupInfo;
      readonly launchExecutor: boolean;
      readonly resourceVersion: Base64;
    }
  | {
      readonly type: "KILL_TASK";
      readonly frameworkId: FrameworkId;
      readonly taskId: TaskId;
      readonly killPolicy?: v1.KillPolicy;
    }
  | {
      readonly type: "ACKNOWLEDGE_STATUS_UPDATE";
      readonly frameworkId: FrameworkId;
      readonly taskId: TaskId;
      readonly uuid: Base64;
    }
  | {
      readonly type: "FRAMEWORK_MESSAGE";
      readonly frameworkId: FrameworkId;
      readonly executorId: ExecutorId;
      readonly data: Base64;
    }
  | {
      readonly type: "SHUTDOWN_EXECUTOR";
      readonly frameworkId: FrameworkId;
      readonly executorId: ExecutorId;
    }
  | { readonly type: "SHUTDOWN_FRAMEWORK"; readonly frameworkId: FrameworkId }
  | { readonly type: "UPDATE_FRAMEWORK"; readonly frameworkInfo: v1.FrameworkInfo }
  | {
      readonly type: "APPLY_OPERATION";
      readonly frameworkId?: FrameworkId;
      readonly operation: v1.Offer.Operation;
      readonly operationUuid: Base64;
      readonly resourceVersion: Base64;
    }
  | {
      readonly type: "ACKNOWLEDGE_OPERATION_STATUS";
      readonly operationUuid: Base64;
      readonly statusUuid: Base64;
    }
  | {
      readonly type: "RECONCILE_OPERATIONS";
      readonly operations: readonly ReconcileOperation[];
    };

export interface ReconcileTask {
  readonly frameworkId: FrameworkId;
  readonly taskId: TaskId;
  readonly executorId?: ExecutorId;
  /** Whether its framework understands TASK_DROPPED; it is told TASK_LOST otherwise. */
  readonly partitionAware: boolean;
  /** Set for a task that has ended, which nobody has acknowledged: what the agent has to report again. */
  readonly status?: v1.TaskStatus;
}
export interface ReconcileOperation {
  readonly frameworkId?: FrameworkId;
  readonly operationUuid: Base64;
  readonly operationId?: scheduler.Call.AcknowledgeOperationStatus["operation_id"];
}
