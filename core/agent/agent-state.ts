import type {
  ContainerId,
  ExecutorId,
  FrameworkId,
  StreamId,
  TaskId,
  Ticket,
} from "../base/ids.js";
import type { ContainerVolume } from "../contracts/container.js";
import type { Base64 } from "../protocol/base64.js";
import type { v1 } from "../protocol/v1.js";
import type { Resources } from "../resources/resources.js";
import type { AgentMetrics } from "./agent-metrics.js";
import type { AgentSettings } from "./agent-settings.js";

/** One task as the agent knows it. `wire` is replaced, never changed: a view may keep it between two steps. */
export interface Task {
  readonly id: TaskId;
  readonly info: v1.TaskInfo;
  wire: v1.Task;
}

/** A launch that has arrived and waits for what has to be durable first; nothing of it exists outside the agent. */
export interface PendingLaunch {
  readonly executorId: ExecutorId;
  /** Absent for a command task. */
  readonly executorInfo: v1.ExecutorInfo | undefined;
  /** Whether the master expects a new executor for it. */
  readonly launchExecutor: boolean;
  readonly tasks: readonly Task[];
  readonly taskGroup: v1.TaskGroupInfo | undefined;
}

/** What an executor's live tasks become when its container ends for a reason the agent knows. */
export interface TaskOutcome {
  readonly state: v1.TaskState;
  readonly reason: v1.TaskStatus.Reason;
  readonly message: string;
}

/** A command task's way to its end, once it was told to end. */
export interface CommandKill {
  /** `KILLED` where a kill was asked for; a task that used up its time has failed. */
  readonly cause: "KILL" | "MAX_COMPLETION_TIME";
  /** When SIGTERM gives way to SIGKILL. */
  deadlineMs: number;
  /** Raised whenever the deadline moves. */
  generation: number;
}

export type ExecutorState = "REGISTERING" | "RUNNING" | "TERMINATING" | "TERMINATED";

/**
 * One run of an executor, and its container. A custom executor is REGISTERING until it subscribes, a command executor
 * until its container runs. TERMINATING: its end was asked for. TERMINATED: its container is gone, but a task's last
 * update is not acknowledged yet.
 */
export interface Executor {
  readonly id: ExecutorId;
  readonly frameworkId: FrameworkId;
  readonly info: v1.ExecutorInfo;
  readonly containerId: ContainerId;
  /** Its sandbox. */
  readonly directory: string;
  /** The built-in one: its container is the task's command, and the agent speaks for it. */
  readonly isCommandExecutor: boolean;
  state: ExecutorState;
  /** The container's first process; known once it has been launched. */
  pid: number | undefined;
  containerLaunched: boolean;
  /** Where a custom executor's events go while it is connected. */
  stream: StreamId | undefined;
  /** What the container was last told it may use. */
  allocated: Resources;
  /** The volumes it was last told of. */
  volumes: readonly ContainerVolume[];
  /** Those it is known to have. */
  readyVolumes: readonly ContainerVolume[];
  /** How often it was told and has not answered yet. */
  updatesUnderWay: number;
  /** Whether it was ever given a task. */
  tasksSent: boolean;
  /** Not given to the executor yet. */
  readonly queuedTasks: Map<TaskId, Task>;
  /** The groups some of the queued tasks belong to. */
  readonly queuedTaskGroups: Set<v1.TaskGroupInfo>;
  /** Given to the executor and not terminal. */
  readonly launchedTasks: Map<TaskId, Task>;
  /** Terminal, the last update not acknowledged. */
  readonly terminatedTasks: Map<TaskId, Task>;
  /** The oldest first; at most `maxCompletedTasksPerExecutor`. */
  readonly completedTasks: v1.Task[];
  kill: CommandKill | undefined;
  pendingOutcome: TaskOutcome | undefined;
}

export interface Framework {
  readonly id: FrameworkId;
  info: v1.FrameworkInfo;
  /** TERMINATING: the master has removed it; nothing of it is reported any more. */
  state: "RUNNING" | "TERMINATING";
  /** In order of arrival. */
  readonly pendingLaunches: Set<PendingLaunch>;
  readonly executors: Map<ExecutorId, Executor>;
  /** The oldest first; at most `maxCompletedExecutorsPerFramework`. */
  readonly completedExecutors: Executor[];
}

/** An executor together with its framework. */
export interface ExecutorPlace {
  readonly framework: Framework;
  readonly executor: Executor;
}

/** An operation on the agent's resources, from when it is applied until its outcome is acknowledged. */
export interface Operation {
  /** Pending until its outcome is durable. */
  wire: v1.Operation;
  readonly outcome: v1.OperationStatus;
  /** The write that makes it durable; undefined once it is. */
  ticket: Ticket | undefined;
  /** Raised whenever the outcome is sent. */
  generation: number;
  retryDelayMs: number;
}

/**
 * RECOVERING until the checkpoints are read; DISCONNECTED while no master knows the agent as registered; TERMINATING
 * once it was told to end what it runs and exit; EXITED when the process is to end, and nothing is done any more.
 */
export type AgentPhase = "RECOVERING" | "DISCONNECTED" | "RUNNING" | "TERMINATING" | "EXITED";

/** All an agent knows. Only its machine changes it; views read it between two steps. */
export interface AgentState {
  readonly settings: AgentSettings;
  /** Carries the agent's id once it has one. */
  info: v1.AgentInfo;
  phase: AgentPhase;
  /** The leading master while a connection to it stands. */
  master: { readonly epoch: number; readonly hostname: string } | undefined;
  registeredTimeMs: number | undefined;
  /** The configured resources with all reservations and volumes that were made of them. */
  total: Resources;
  /** In the order in which they were applied. */
  readonly operations: Map<Base64, Operation>;
  /** The version of the agent's resources; a launch that assumes another one is dropped. */
  readonly resourceVersion: Base64;
  readonly frameworks: Map<FrameworkId, Framework>;
  /** Every executor in `frameworks`, by its container. */
  readonly containers: Map<ContainerId, ExecutorPlace>;
  /** The oldest first; at most `maxCompletedFrameworks`. */
  readonly completedFrameworks: Map<FrameworkId, Framework>;
  readonly metrics: AgentMetrics;
}
