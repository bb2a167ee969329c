import { assert } from "../base/assert.js";
import type { ContainerTermination } from "../contracts/container.js";
import { capabilitiesOf } from "../protocol/framework-info.js";
import type { v1 } from "../protocol/v1.js";
import type { AgentContext } from "./agent-context.js";
import type { CommandKill, Executor, Framework, Task } from "./agent-state.js";
import { toMs } from "./durations.js";
import type { NewStatus, TaskStatuses } from "./task-statuses.js";
import { describeTermination, SIGKILL, SIGTERM } from "./termination-message.js";

const DEFAULT_GRACE_PERIOD_MS = 3000;

/**
 * The built-in executor of command tasks. It is no process: the task's container is the command, and the agent says for it
 * what Mesos' command executor says: STARTING and RUNNING once the command runs, KILLING where the framework knows that
 * state, and how it ended.
 */
export class CommandExecutor {
  constructor(
    private readonly context: AgentContext,
    private readonly statuses: TaskStatuses,
  ) {}

  onLaunched(framework: Framework, executor: Executor): void {
    for (const task of executor.queuedTasks.values()) {
      executor.queuedTasks.delete(task.id);
      executor.launchedTasks.set(task.id, task);
      this.report(framework, executor, task, { state: "TASK_STARTING" });
      this.report(framework, executor, task, { state: "TASK_RUNNING" });
      const limitMs = toMs(task.info.max_completion_time);
      if (limitMs === undefined) continue;
      const { containerId } = executor;
      this.context.timer({ type: "MAX_COMPLETION_TIME", containerId }, limitMs);
    }
  }

  /** SIGTERM now and SIGKILL after the grace period. Asked again, it may only shorten what is left of that. */
  kill(framework: Framework, executor: Executor, policy: v1.KillPolicy | undefined): void {
    const [task] = executor.launchedTasks.values();
    assert(task, "a command that does not run is killed", { executorId: executor.id });
    const graceMs = toMs(policy?.grace_period ?? task.info.kill_policy?.grace_period);
    const deadlineMs = this.context.nowMs + (graceMs ?? DEFAULT_GRACE_PERIOD_MS);
    const before = executor.kill;
    if (before && before.deadlineMs <= deadlineMs) return;
    const { containerId } = executor;
    if (!before) {
      if (capabilitiesOf(framework.info).has("TASK_KILLING_STATE")) {
        this.report(framework, executor, task, { state: "TASK_KILLING" });
      }
      this.context.push({ type: "KILL", containerId, signal: SIGTERM });
    }
    const generation = (before?.generation ?? 0) + 1;
    executor.kill = { cause: "KILL", deadlineMs, generation };
    this.context.timer(
      { type: "KILL_ESCALATION", containerId, generation },
      deadlineMs - this.context.nowMs,
    );
  }

  onEscalation(executor: Executor, generation: number): void {
    if (executor.state === "TERMINATED" || executor.kill?.generation !== generation) return;
    this.context.push({ type: "KILL", containerId: executor.containerId, signal: SIGKILL });
  }

  onMaxCompletionTime(executor: Executor): void {
    if (executor.state === "TERMINATED" || executor.kill) return;
    const { nowMs } = this.context;
    executor.kill = { cause: "MAX_COMPLETION_TIME", deadlineMs: nowMs, generation: 0 };
    this.context.push({ type: "KILL", containerId: executor.containerId, signal: SIGKILL });
  }

  private report(framework: Framework, executor: Executor, task: Task, status: NewStatus): void {
    this.statuses.report(framework, executor, task, { ...status, source: "SOURCE_EXECUTOR" });
  }
}

/** The last status of a command that has ended by itself or was killed. */
export function commandOutcome(
  kill: CommandKill | undefined,
  termination: ContainerTermination,
): NewStatus {
  const message = describeTermination(termination);
  const source = "SOURCE_EXECUTOR";
  if (kill?.cause === "KILL") return { state: "TASK_KILLED", source, message };
  if (kill) {
    return { state: "TASK_FAILED", source, message, reason: "REASON_MAX_COMPLETION_TIME_REACHED" };
  }
  return { state: termination.exitCode === 0 ? "TASK_FINISHED" : "TASK_FAILED", source, message };
}
