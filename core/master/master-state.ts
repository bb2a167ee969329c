import type {
  AgentId,
  ConnectionId,
  ExecutorId,
  FrameworkId,
  OfferId,
  StreamId,
  TaskId,
} from "../base/ids.js";
import type { Quota } from "../contracts/allocator.js";
import type { Principal } from "../contracts/principal.js";
import type { scheduler, v1 } from "../protocol/v1.js";
import type { Resources } from "../resources/resources.js";
import type { MasterMetrics } from "./metrics.js";
import type { MasterSettings } from "./master-settings.js";

/** One task as the master knows it. `wire` is replaced, never changed: a view may keep it between two steps. */
export interface Task {
  wire: v1.Task;
  readonly taskId: TaskId;
  readonly frameworkId: FrameworkId;
  readonly agentId: AgentId;
  /** Set for a custom executor's task. */
  readonly executorId: ExecutorId | undefined;
  /** None once its agent has come back without it: what was to be made for it there may be missing as well. */
  resources: Resources;
  /** Whether the latest state is terminal: its resources are free, though its last update may be unacknowledged. */
  terminated: boolean;
  /** A kill was asked for while the agent could not be told. */
  killRequested: boolean;
}

/** An operation the agent has been told of and whose last status is not acknowledged. */
export interface OperationRecord {
  /** Base64 of its 16 bytes: the key between master and agent; the framework knows it by its own id. */
  readonly uuid: string;
  readonly agentId: AgentId;
  readonly frameworkId: FrameworkId | undefined;
  wire: v1.Operation;
}

export interface Framework {
  readonly id: FrameworkId;
  info: v1.FrameworkInfo;
  /** In the order of its FrameworkInfo. */
  roles: ReadonlySet<string>;
  capabilities: ReadonlySet<string>;
  suppressedRoles: ReadonlySet<string>;
  offerConstraints: scheduler.OfferConstraints | undefined;
  principal: Principal | undefined;
  /** The stream its events go to while it is connected. */
  stream: StreamId | undefined;
  /** Known from agents only: nobody has subscribed with its id since this master was elected. */
  recovered: boolean;
  /** Raised whenever a failover timer that still runs has lost its meaning. */
  generation: number;
  readonly registeredTimeMs: number;
  reregisteredTimeMs: number | undefined;
  unregisteredTimeMs: number | undefined;
  readonly tasks: Map<TaskId, Task>;
  readonly unreachableTasks: Map<TaskId, v1.Task>;
  /** Those of them that are to be killed as soon as they are back. */
  readonly unreachableKills: Set<TaskId>;
  readonly completedTasks: v1.Task[];
  readonly executors: Map<AgentId, Map<ExecutorId, v1.ExecutorInfo>>;
  readonly offers: Map<OfferId, Offer>;
  readonly operations: Map<string, OperationRecord>;
}

export interface Agent {
  readonly id: AgentId;
  info: v1.AgentInfo;
  version: string;
  capabilities: readonly v1.AgentInfo.Capability[];
  /** All it has, reservations and volumes applied. */
  total: Resources;
  resourceVersion: string;
  /** Undefined while it is disconnected. */
  connection: ConnectionId | undefined;
  /** Its connection's remote address, kept after it is lost. */
  remoteAddress: string;
  /** Gets offers: connected and not deactivated. */
  active: boolean;
  deactivated: boolean;
  /** Raised whenever a re-registration timer that still runs has lost its meaning. */
  generation: number;
  missedPings: number;
  /** Which chain of pings watches it; an older chain that still has a timer stops by itself. */
  observation: number;
  readonly registeredTimeMs: number;
  reregisteredTimeMs: number | undefined;
  readonly tasks: Map<FrameworkId, Map<TaskId, Task>>;
  readonly executors: Map<FrameworkId, Map<ExecutorId, v1.ExecutorInfo>>;
  readonly offers: Map<OfferId, Offer>;
  readonly operations: Map<string, OperationRecord>;
}

export interface Offer {
  readonly id: OfferId;
  readonly frameworkId: FrameworkId;
  readonly agentId: AgentId;
  readonly role: string;
  readonly resources: Resources;
}

export interface CompletedFramework {
  readonly info: v1.FrameworkInfo;
  readonly registeredTimeMs: number;
  readonly reregisteredTimeMs: number | undefined;
  readonly unregisteredTimeMs: number;
  readonly completedTasks: readonly v1.Task[];
}

/** All a master knows. Only its machine changes it; views read it between two steps. */
export interface MasterState {
  readonly settings: MasterSettings;
  epoch: number;
  electedTimeMs: number | undefined;
  readonly frameworks: Map<FrameworkId, Framework>;
  /** The oldest first; at most `maxCompletedFrameworks`. */
  readonly completedFrameworks: Map<FrameworkId, CompletedFramework>;
  readonly agents: Map<AgentId, Agent>;
  /** Admitted by an earlier leader and not seen since. */
  readonly recoveredAgents: Map<AgentId, v1.AgentInfo>;
  /** When each became unreachable, in nanoseconds since the epoch. */
  readonly unreachableAgents: Map<AgentId, number>;
  readonly goneAgents: Map<AgentId, number>;
  readonly offers: Map<OfferId, Offer>;
  /** Of top-level roles; a role that is not there has neither guarantee nor limit. */
  readonly quotas: Map<string, Quota>;
  /** 1 for a role that is not there. */
  readonly weights: Map<string, number>;
  readonly metrics: MasterMetrics;
}
