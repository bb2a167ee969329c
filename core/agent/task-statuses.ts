import type { ExecutorId, FrameworkId, TaskId } from "../base/ids.js";
import type { Base64 } from "../protocol/base64.js";
import { capabilitiesOf } from "../protocol/framework-info.js";
import { isTerminalState } from "../protocol/task-state.js";
import type { v1 } from "../protocol/v1.js";
import type { AgentContext } from "./agent-context.js";
import type { AgentCounter } from "./agent-metrics.js";
import type { Executor, Framework, PendingLaunch, Task } from "./agent-state.js";
import type { StatusUpdates } from "./status-updates.js";
import {
  applyStatus,
  reportedExecutorId,
  taskOf,
  taskWithOutstanding,
  taskWithStatus,
} from "./task-wire.js";

/** What a status is made of. */
export interface NewStatus {
  readonly state: v1.TaskState;
  /** The agent, unless it speaks for the built-in command executor. */
  readonly source?: v1.TaskStatus.Source;
  readonly reason?: v1.TaskStatus.Reason | undefined;
  readonly message?: string | undefined;
  readonly limitedResources?: readonly v1.Resource[] | undefined;
}

type UniqueStatus = v1.TaskStatus & { readonly uuid: Base64 };

const COUNTERS: Partial<Record<v1.TaskState, AgentCounter>> = {
  TASK_FINISHED: "tasks_finished",
  TASK_FAILED: "tasks_failed",
  TASK_KILLED: "tasks_killed",
  TASK_LOST: "tasks_lost",
  TASK_GONE: "tasks_gone",
};

/** The one way a task's status takes: hooks, the task's own record, then the stream of its updates. */
export class TaskStatuses {
  constructor(
    private readonly context: AgentContext,
    private readonly updates: StatusUpdates,
  ) {}

  /** A status that the agent gives a task of an executor. */
  report(framework: Framework, executor: Executor, task: Task, status: NewStatus): void {
    this.accept(framework, executor, this.make(task.id, status));
  }

  /** A status of a task that has never reached an executor, and of one the agent does not know. */
  reportUnplaced(frameworkId: FrameworkId, taskId: TaskId, status: NewStatus): void {
    this.forward(frameworkId, undefined, this.makeUnplaced(taskId, status));
  }

  /** A status that the agent's last process reported, and that the master has no acknowledgement of. */
  reportAgain(
    frameworkId: FrameworkId,
    executorId: ExecutorId | undefined,
    status: v1.TaskStatus,
  ): void {
    const made = this.makeUnplaced(status.task_id.value, { state: status.state });
    this.forward(frameworkId, executorId, { ...made, ...status, uuid: made.uuid });
  }

  /** Ends the tasks of a launch that has not reached an executor. */
  reportLaunch(frameworkId: FrameworkId, launch: PendingLaunch, status: NewStatus): void {
    for (const task of launch.tasks) {
      const made = this.makeUnplaced(task.id, status);
      task.wire = taskWithStatus(task.wire, made);
      this.forward(frameworkId, launch.executorInfo && launch.executorId, made);
    }
  }

  /** A status from an executor, or made for one. Whether it is one the agent had not seen. */
  accept(framework: Framework, executor: Executor, status: UniqueStatus): boolean {
    const { metrics } = this.context.state;
    const taskId = status.task_id.value;
    const task = taskOf(executor, taskId);
    const decorated = this.decorate(framework, executor, status);
    if (hasEnded(executor, taskId, task)) {
      metrics.increment("invalid_status_updates");
      this.context.log("warn", "ignoring an update of a task that has ended", {
        frameworkId: framework.id,
        taskId,
        state: status.state,
      });
      return false;
    }
    if (!this.forward(framework.id, reportedExecutorId(executor), decorated)) return false;
    metrics.increment("valid_status_updates");
    if (task) {
      applyStatus(executor, task, decorated);
      this.noteOutstanding(framework.id, task);
    }
    return true;
  }

  /** Takes the outstanding update over into the task's own record. */
  noteOutstanding(frameworkId: FrameworkId, task: Task): void {
    const outstanding = this.updates.outstanding(frameworkId, task.id);
    if (outstanding) task.wire = taskWithOutstanding(task.wire, outstanding.status);
  }

  private forward(
    frameworkId: FrameworkId,
    executorId: string | undefined,
    status: UniqueStatus,
  ): boolean {
    if (this.context.state.frameworks.get(frameworkId)?.state === "TERMINATING") return false;
    if (!this.updates.add({ frameworkId, executorId, status })) return false;
    const counter = isTerminalState(status.state) ? COUNTERS[status.state] : undefined;
    if (counter) this.context.state.metrics.increment(counter);
    return true;
  }

  private make(taskId: TaskId, status: NewStatus): UniqueStatus {
    const { state, source = "SOURCE_AGENT", reason, message, limitedResources } = status;
    return {
      task_id: { value: taskId },
      state,
      source,
      ...(reason !== undefined && { reason }),
      ...(message !== undefined && { message }),
      ...(limitedResources && { limitation: { resources: limitedResources } }),
      agent_id: { value: this.context.agentId },
      timestamp: this.context.nowMs / 1000,
      uuid: this.context.uuid(),
    };
  }

  /** Schedulers take the address for granted, also of a task that has no container. */
  private makeUnplaced(taskId: TaskId, status: NewStatus): UniqueStatus {
    return { ...this.make(taskId, status), container_status: this.hostNetwork() };
  }

  private hostNetwork(): v1.ContainerStatus {
    return { network_infos: [{ ip_addresses: [{ ip_address: this.context.settings.ip }] }] };
  }

  private decorate(framework: Framework, executor: Executor, status: UniqueStatus): UniqueStatus {
    const full: UniqueStatus = {
      ...status,
      executor_id: { value: executor.id },
      agent_id: { value: this.context.agentId },
      container_status: this.containerStatus(executor, status),
    };
    const { labels, container_status } = this.context.hooks.taskStatus.call(full, framework.id);
    return { ...full, ...(labels && { labels }), ...(container_status && { container_status }) };
  }

  /**
   * What the executor says of its container, completed; one that is not there yet, or on the host's network, has the
   * agent's address.
   */
  private containerStatus(executor: Executor, status: v1.TaskStatus): v1.ContainerStatus {
    const { pid, containerId, info, containerLaunched } = executor;
    const ownNetwork = containerLaunched && (info.container?.network_infos?.length ?? 0) > 0;
    return {
      container_id: { value: containerId },
      ...(pid !== undefined && { executor_pid: pid }),
      ...(!ownNetwork && this.hostNetwork()),
      ...status.container_status,
    };
  }
}

/** The framework's id, which every FrameworkInfo of a master carries. */
export function idOf({ id }: v1.FrameworkInfo): FrameworkId {
  return id?.value ?? "";
}

/** The state that stands for `state` towards a framework that is partition aware, TASK_LOST towards others. */
export function lostState(info: v1.FrameworkInfo, state: v1.TaskState): v1.TaskState {
  return capabilitiesOf(info).has("PARTITION_AWARE") ? state : "TASK_LOST";
}

/** An executor that missed an acknowledgement repeats its updates, also when the task's end is long acknowledged. */
function hasEnded(executor: Executor, taskId: TaskId, task: Task | undefined): boolean {
  if (task) return executor.terminatedTasks.has(task.id);
  return executor.completedTasks.some(({ task_id }) => task_id.value === taskId);
}
