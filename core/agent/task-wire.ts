import type { ExecutorId, FrameworkId, TaskId } from "../base/ids.js";
import { isTerminalState, withStatus } from "../protocol/task-state.js";
import type { v1 } from "../protocol/v1.js";
import type { Executor, Framework, PendingLaunch, Task } from "./agent-state.js";

/** A task as it arrives: TASK_STAGING, of no executor where it is a command. */
export function stagingTask(
  frameworkId: FrameworkId,
  executorInfo: v1.ExecutorInfo | undefined,
  info: v1.TaskInfo,
): Task {
  const { name, task_id, agent_id, resources, limits, labels, discovery } = info;
  const { container, health_check, kill_policy } = info;
  const user = (info.command ?? executorInfo?.command)?.user;
  const wire: v1.Task = {
    name,
    task_id,
    framework_id: { value: frameworkId },
    ...(executorInfo && { executor_id: executorInfo.executor_id }),
    agent_id,
    state: "TASK_STAGING",
    ...(resources && { resources }),
    ...(limits && { limits }),
    ...(labels && { labels }),
    ...(discovery && { discovery }),
    ...(container && { container }),
    ...(health_check && { health_check }),
    ...(kill_policy && { kill_policy }),
    ...(user !== undefined && { user }),
  };
  return { id: task_id.value, info, wire };
}

/** The task after a status: its state, and the status in its history, without the data it carried. */
export function taskWithStatus(task: v1.Task, status: v1.TaskStatus): v1.Task {
  const { data: _data, ...kept } = status;
  return { ...task, state: status.state, statuses: withStatus(task.statuses, kept) };
}

/** The task once `update` waits for its acknowledgement. */
export function taskWithOutstanding(task: v1.Task, update: v1.TaskStatus): v1.Task {
  if (task.status_update_uuid === update.uuid) return task;
  return {
    ...task,
    status_update_state: update.state,
    ...(update.uuid !== undefined && { status_update_uuid: update.uuid }),
  };
}

/** Where a task is: with an executor, or in a launch that waits. */
export type TaskPlace =
  | { readonly executor: Executor; readonly launch?: undefined; readonly task: Task }
  | { readonly launch: PendingLaunch; readonly executor?: undefined; readonly task: Task };

/** A task of an executor that is not forgotten. */
export function taskOf(executor: Executor, taskId: TaskId): Task | undefined {
  return (
    executor.queuedTasks.get(taskId) ??
    executor.launchedTasks.get(taskId) ??
    executor.terminatedTasks.get(taskId)
  );
}

/** The group a queued task came in. */
export function queuedGroupOf(executor: Executor, taskId: TaskId): v1.TaskGroupInfo | undefined {
  for (const group of executor.queuedTaskGroups) {
    if (group.tasks?.some(({ task_id }) => task_id.value === taskId)) return group;
  }
  return undefined;
}

/** Finds a task that the agent has to answer for: it lives, or its end is not acknowledged. */
export function findTask(framework: Framework, taskId: TaskId): TaskPlace | undefined {
  for (const launch of framework.pendingLaunches) {
    const task = launch.tasks.find(({ id }) => id === taskId);
    if (task) return { launch, task };
  }
  const namesake = framework.executors.get(taskId);
  const command = namesake && taskOf(namesake, taskId);
  if (command) return { executor: namesake, task: command };
  for (const executor of framework.executors.values()) {
    const task = taskOf(executor, taskId);
    if (task) return { executor, task };
  }
  return undefined;
}

/** Every task that the agent has to answer for. */
export function* tasksOf(framework: Framework): Generator<Task> {
  for (const launch of framework.pendingLaunches) yield* launch.tasks;
  for (const executor of framework.executors.values()) {
    yield* executor.queuedTasks.values();
    yield* executor.launchedTasks.values();
    yield* executor.terminatedTasks.values();
  }
}

/** Whether an executor has anything left that the agent has to answer for. */
export function hasIncompleteTasks(executor: Executor): boolean {
  return (
    executor.queuedTasks.size + executor.launchedTasks.size + executor.terminatedTasks.size > 0
  );
}

/** Moves a task to where a status puts it. False where the task had ended before. */
export function applyStatus(executor: Executor, task: Task, status: v1.TaskStatus): boolean {
  if (executor.terminatedTasks.has(task.id)) return false;
  task.wire = taskWithStatus(task.wire, status);
  if (!isTerminalState(status.state)) return true;
  executor.queuedTasks.delete(task.id);
  executor.launchedTasks.delete(task.id);
  executor.terminatedTasks.set(task.id, task);
  return true;
}

/** The executor id that the master knows a task by: none for a command. */
export function reportedExecutorId(executor: Executor): ExecutorId | undefined {
  return executor.isCommandExecutor ? undefined : executor.id;
}
