import { type ContainerTermination, toWaitStatus } from "../contracts/container.js";
import { isTerminalState } from "../protocol/task-state.js";
import type { v1 } from "../protocol/v1.js";
import type { AgentContext } from "./agent-context.js";
import type { Executor, ExecutorPlace, Framework, Task, TaskOutcome } from "./agent-state.js";
import { pushBounded } from "./bounded.js";
import { type CommandExecutor, commandOutcome } from "./command-executor.js";
import { printDuration, toMs } from "./durations.js";
import type { Frameworks } from "./frameworks.js";
import { lostState, type NewStatus, type TaskStatuses } from "./task-statuses.js";
import { hasIncompleteTasks } from "./task-wire.js";

export interface TerminationParts {
  readonly context: AgentContext;
  readonly frameworks: Frameworks;
  readonly statuses: TaskStatuses;
  readonly commands: CommandExecutor;
}

/** How executors end: asked to, forced to, or by themselves; and how they are forgotten after that. */
export class ExecutorTerminations {
  private readonly context: AgentContext;

  constructor(private readonly parts: TerminationParts) {
    this.context = parts.context;
  }

  /**
   * Asks an executor to end; what is left of it after the grace period is destroyed. One between two connections has that
   * time as well, and is asked when it subscribes again; one that never subscribed has nothing to end.
   */
  shutdown(place: ExecutorPlace): void {
    const { framework, executor } = place;
    const { containerId, stream, info } = executor;
    if (executor.state === "TERMINATING" || executor.state === "TERMINATED") return;
    if (executor.state === "REGISTERING") {
      this.destroy(place);
      return;
    }
    if (executor.isCommandExecutor) {
      if (executor.launchedTasks.size > 0) this.parts.commands.kill(framework, executor, undefined);
    } else if (stream !== undefined) {
      this.context.event(stream, { type: "SHUTDOWN" });
    }
    executor.state = "TERMINATING";
    this.context.timer(
      { type: "EXECUTOR_SHUTDOWN_TIMEOUT", containerId },
      toMs(info.shutdown_grace_period) ?? this.context.settings.executorShutdownGracePeriodMs,
    );
  }

  /** Ends an executor's container at once; its live tasks come to `outcome`. */
  destroy({ executor }: ExecutorPlace, outcome?: TaskOutcome): void {
    if (executor.state === "TERMINATED") return;
    executor.state = "TERMINATING";
    executor.pendingOutcome ??= outcome;
    this.context.push({ type: "DESTROY", containerId: executor.containerId });
  }

  onShutdownTimeout(place: ExecutorPlace): void {
    if (place.executor.state === "TERMINATING") this.destroy(place);
  }

  onRegistrationTimeout(place: ExecutorPlace): void {
    if (place.executor.state !== "REGISTERING") return;
    const timeout = printDuration(this.context.settings.executorRegistrationTimeoutMs);
    this.destroy(place, {
      state: "TASK_FAILED",
      reason: "REASON_EXECUTOR_REGISTRATION_TIMEOUT",
      message: `Executor did not register within ${timeout}`,
    });
  }

  onUpdateFailed(place: ExecutorPlace, message: string): void {
    this.destroy(place, {
      state: lostState(place.framework.info, "TASK_GONE"),
      reason: "REASON_CONTAINER_UPDATE_FAILED",
      message: `Failed to update the container: ${message}`,
    });
  }

  onLaunchFailed(place: ExecutorPlace, message: string): void {
    const { executor } = place;
    const { containerId } = executor;
    if (executor.state !== "TERMINATING") {
      this.context.state.metrics.increment("container_launch_errors");
      this.context.log("warn", "a container was not launched", { containerId, cause: message });
      executor.pendingOutcome = {
        state: "TASK_FAILED",
        reason: "REASON_CONTAINER_LAUNCH_FAILED",
        message,
      };
    }
    this.onExited(place, {});
  }

  /** The container is gone: its live tasks end with it, and the master is told of a custom executor's end. */
  onExited({ framework, executor }: ExecutorPlace, termination: ContainerTermination): void {
    if (executor.state === "TERMINATED") return;
    const outcome = this.outcomeOf(executor, termination);
    const { id: executorId, containerId } = executor;
    const { exitCode, signal } = termination;
    const fields = { frameworkId: framework.id, executorId, containerId, exitCode, signal };
    this.context.log("info", "an executor has ended", fields);
    executor.state = "TERMINATED";
    this.context.state.metrics.increment("executors_terminated");
    if (executor.stream !== undefined) {
      this.context.push({ type: "CLOSE_STREAM", stream: executor.stream });
      executor.stream = undefined;
    }
    for (const task of [...executor.launchedTasks.values(), ...executor.queuedTasks.values()]) {
      this.parts.statuses.report(framework, executor, task, outcome);
    }
    if (!executor.isCommandExecutor) this.tellExited(framework, executor, termination);
    this.removeIfDone({ framework, executor });
  }

  /** A task's last update was acknowledged: nobody needs the task any more. */
  onTaskCompleted(place: ExecutorPlace, task: Task): void {
    const { executor } = place;
    executor.terminatedTasks.delete(task.id);
    this.keepCompleted(executor, task.wire);
    this.removeIfDone(place);
  }

  /** Forgets an executor that is gone and has nothing left to report, or nobody to report it to. */
  removeIfDone({ framework, executor }: ExecutorPlace): void {
    if (executor.state !== "TERMINATED") return;
    if (framework.state === "RUNNING" && hasIncompleteTasks(executor)) return;
    this.abandonTasks(executor);
    const { containers, settings } = this.context.state;
    framework.executors.delete(executor.id);
    containers.delete(executor.containerId);
    pushBounded(framework.completedExecutors, executor, settings.maxCompletedExecutorsPerFramework);
    this.context.hooks.removeExecutor.call(framework.info, executor.info);
    this.parts.frameworks.removeIfIdle(framework);
  }

  /** Tasks of a framework that is gone end with their executor, and nobody is told. */
  private abandonTasks(executor: Executor): void {
    for (const tasks of [executor.terminatedTasks, executor.launchedTasks, executor.queuedTasks]) {
      for (const { wire } of tasks.values()) {
        const state = isTerminalState(wire.state) ? wire.state : "TASK_KILLED";
        this.keepCompleted(executor, { ...wire, state });
      }
      tasks.clear();
    }
    executor.queuedTaskGroups.clear();
  }

  private keepCompleted(executor: Executor, wire: v1.Task): void {
    const { maxCompletedTasksPerExecutor } = this.context.settings;
    pushBounded(executor.completedTasks, wire, maxCompletedTasksPerExecutor);
  }

  private outcomeOf(executor: Executor, termination: ContainerTermination): NewStatus {
    const { pendingOutcome, kill } = executor;
    const { state, reason, message, limitedResources } = termination;
    if (pendingOutcome) return pendingOutcome;
    const byKernel = state !== undefined || reason !== undefined;
    if (executor.isCommandExecutor && executor.containerLaunched && !byKernel) {
      return commandOutcome(kill, termination);
    }
    return {
      state: state ?? "TASK_FAILED",
      reason: reason ?? "REASON_EXECUTOR_TERMINATED",
      message: message ?? "Executor terminated",
      limitedResources,
    };
  }

  private tellExited(
    { id: frameworkId }: Framework,
    { id: executorId }: Executor,
    termination: ContainerTermination,
  ): void {
    if (!this.context.registered) return;
    this.context.send({
      type: "EXITED_EXECUTOR",
      agentId: this.context.agentId,
      frameworkId,
      executorId,
      status: toWaitStatus(termination),
    });
  }
}
