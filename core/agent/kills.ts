import type { MasterToAgent } from "../protocol/agent-protocol.js";
import type { v1 } from "../protocol/v1.js";
import type { AgentContext } from "./agent-context.js";
import type { ExecutorPlace, Framework, Task } from "./agent-state.js";
import type { CommandExecutor } from "./command-executor.js";
import type { ExecutorTerminations } from "./executor-terminations.js";
import type { Frameworks } from "./frameworks.js";
import type { Launches } from "./launches.js";
import { lostState, type TaskStatuses } from "./task-statuses.js";
import { findTask, queuedGroupOf } from "./task-wire.js";

export interface KillsParts {
  readonly context: AgentContext;
  readonly frameworks: Frameworks;
  readonly launches: Launches;
  readonly statuses: TaskStatuses;
  readonly commands: CommandExecutor;
  readonly terminations: ExecutorTerminations;
}

const DURING_LAUNCH = {
  reason: "REASON_TASK_KILLED_DURING_LAUNCH",
  message: "Killed before delivery to the executor",
} as const;

/** Kills tasks, wherever they are on their way. */
export class Kills {
  constructor(private readonly parts: KillsParts) {}

  onKillTask(message: Extract<MasterToAgent, { type: "KILL_TASK" }>): void {
    const { frameworkId, taskId, killPolicy } = message;
    const { context, frameworks, launches } = this.parts;
    const framework = frameworks.get(frameworkId);
    if (!context.registered || framework?.state !== "RUNNING") {
      context.log("warn", "ignoring a kill for a framework that is not here", {
        frameworkId,
        taskId,
      });
      return;
    }
    const place = findTask(framework, taskId);
    if (!place) {
      this.parts.statuses.reportUnplaced(frameworkId, taskId, {
        state: lostState(framework.info, "TASK_DROPPED"),
        reason: "REASON_EXECUTOR_TERMINATED",
        message: "Cannot find executor",
      });
    } else if (place.launch) {
      launches.kill(framework, place.launch, DURING_LAUNCH);
    } else if (place.executor.queuedTasks.has(taskId)) {
      this.killQueued(framework, { framework, executor: place.executor }, place.task);
    } else if (place.executor.launchedTasks.has(taskId)) {
      this.killLaunched({ framework, executor: place.executor }, place.task, killPolicy);
    }
  }

  /** A queued task has done nothing yet; its group goes with it, and so does an executor that has nothing left. */
  private killQueued(framework: Framework, place: ExecutorPlace, task: Task): void {
    const { executor } = place;
    const group = queuedGroupOf(executor, task.id);
    if (group) executor.queuedTaskGroups.delete(group);
    const ids = group?.tasks?.map(({ task_id }) => task_id.value) ?? [task.id];
    for (const id of ids) {
      const queued = executor.queuedTasks.get(id);
      if (!queued) continue;
      const status = { ...DURING_LAUNCH, state: "TASK_KILLED" } as const;
      this.parts.statuses.report(framework, executor, queued, status);
    }
    if (executor.queuedTasks.size === 0 && !executor.tasksSent) {
      this.parts.terminations.shutdown(place);
    }
  }

  private killLaunched(
    { framework, executor }: ExecutorPlace,
    task: Task,
    policy: v1.KillPolicy | undefined,
  ): void {
    const { context, commands } = this.parts;
    if (executor.state !== "RUNNING") {
      context.log("info", "ignoring a kill for an executor that ends", { taskId: task.id });
    } else if (executor.isCommandExecutor) {
      commands.kill(framework, executor, policy);
    } else if (executor.stream !== undefined) {
      const kill = { task_id: task.wire.task_id, ...(policy && { kill_policy: policy }) };
      context.event(executor.stream, { type: "KILL", kill });
    } else {
      context.log("warn", "a kill is lost: the executor is not connected", { taskId: task.id });
    }
  }
}
