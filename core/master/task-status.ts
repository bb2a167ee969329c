import { extend } from "../base/extend.js";
import type { AgentId, TaskId } from "../base/ids.js";
import { isTerminalState, withStatus } from "../protocol/task-state.js";
import type { v1 } from "../protocol/v1.js";
import type { MasterContext } from "./master-context.js";
import type { Framework, Task } from "./master-state.js";

/** What the master says with the state it knows of a task. */
export const LATEST_STATE_MESSAGE = "Reconciliation: Latest task state";

export interface MasterStatus {
  readonly taskId: TaskId;
  readonly agentId?: AgentId | undefined;
  readonly executorId?: string | undefined;
  readonly state: v1.TaskState;
  readonly reason: v1.TaskStatus.Reason;
  readonly message: string;
  /** Milliseconds since the epoch, for TASK_UNREACHABLE. */
  readonly unreachableTimeMs?: number;
}

/** A status the master itself makes: it has no uuid, is not retried, and must not be acknowledged. */
export function statusFromMaster(context: MasterContext, status: MasterStatus): v1.TaskStatus {
  const { taskId, agentId, executorId, state, reason, message, unreachableTimeMs } = status;
  return {
    task_id: { value: taskId },
    state,
    message,
    source: "SOURCE_MASTER",
    reason,
    ...(agentId !== undefined && { agent_id: { value: agentId } }),
    executor_id: { value: executorId ?? taskId },
    timestamp: context.nowMs / 1000,
    ...(unreachableTimeMs !== undefined && {
      unreachable_time: { nanoseconds: unreachableTimeMs * 1e6 },
    }),
  };
}

/** Tells a framework what the master says of one of its tasks. */
export function tellStatus(
  context: MasterContext,
  framework: Framework,
  status: v1.TaskStatus,
): void {
  countTerminal(context, status);
  context.event(framework, { type: "UPDATE", update: { status } });
}

/** The state that stands for `state` towards a framework that is not partition aware, and towards one that is. */
export function lostState(framework: Framework, state: v1.TaskState): v1.TaskState {
  return framework.capabilities.has("PARTITION_AWARE") ? state : "TASK_LOST";
}

/** Records a status on a task: its latest state, and which update waits for an acknowledgement. */
export function applyStatus(task: Task, status: v1.TaskStatus, latestState: v1.TaskState): void {
  const { uuid, data: _data, ...kept } = status;
  task.wire = extend(task.wire, {
    state: latestState,
    statuses: withStatus(task.wire.statuses, kept),
    status_update_state: status.state,
    ...(uuid !== undefined && { status_update_uuid: uuid }),
  });
}

/** Counts `tasks_<state>` and `task_<state>/source_<source>/reason_<reason>` once a task is known to have ended. */
export function countTerminal(context: MasterContext, status: v1.TaskStatus): void {
  if (!isTerminalState(status.state)) return;
  const state = status.state.slice("TASK_".length).toLowerCase();
  context.count(`tasks_${state}`);
  if (status.source === undefined || status.reason === undefined) return;
  context.count(`task_${state}/${status.source.toLowerCase()}/${status.reason.toLowerCase()}`);
}
