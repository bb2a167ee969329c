import type { ExecutorId, FrameworkId } from "../base/ids.js";
import type { MasterToAgent } from "../protocol/agent-protocol.js";
import type { v1 } from "../protocol/v1.js";
import type { AgentContext } from "./agent-context.js";
import type { Executor, Framework, PendingLaunch } from "./agent-state.js";
import type { Checkpoints } from "./checkpoints.js";
import type { Executors } from "./executors.js";
import type { Frameworks } from "./frameworks.js";
import { idOf, lostState, type NewStatus, type TaskStatuses } from "./task-statuses.js";
import { commandExecutorInfo } from "./executor-info.js";
import { findTask, stagingTask } from "./task-wire.js";

type RunTask = Extract<MasterToAgent, { type: "RUN_TASK" }>;
type RunTaskGroup = Extract<MasterToAgent, { type: "RUN_TASK_GROUP" }>;
type Kill = Pick<NewStatus, "reason" | "message">;

export interface LaunchesParts {
  readonly context: AgentContext;
  readonly checkpoints: Checkpoints;
  readonly frameworks: Frameworks;
  readonly executors: Executors;
  readonly statuses: TaskStatuses;
}

/** A launch's way from the master's message to its executor: pending until what it depends on is durable, then queued. */
export class Launches {
  private readonly context: AgentContext;

  constructor(private readonly parts: LaunchesParts) {
    this.context = parts.context;
  }

  onRunTask(message: RunTask): void {
    const { frameworkInfo, task, executor } = message;
    this.accept(message, {
      executorId: executor?.executor_id.value ?? task.task_id.value,
      executorInfo: executor,
      launchExecutor: message.launchExecutor,
      tasks: [this.staging(frameworkInfo, executor, task)],
      taskGroup: undefined,
    });
  }

  onRunTaskGroup(message: RunTaskGroup): void {
    const { frameworkInfo, executor } = message;
    const tasks = (message.taskGroup.tasks ?? []).map((task) =>
      this.staging(frameworkInfo, executor, task),
    );
    this.accept(message, {
      executorId: executor.executor_id.value,
      executorInfo: executor,
      launchExecutor: message.launchExecutor,
      tasks,
      taskGroup: { ...message.taskGroup, tasks: tasks.map(({ info }) => info) },
    });
  }

  /** Everything written is durable: what waited for it goes on, in the order in which it came. */
  onSettled(): void {
    for (const framework of this.context.state.frameworks.values()) {
      for (const launch of framework.pendingLaunches) this.proceed(framework, launch);
    }
  }

  /** Takes a launch that is killed out of the way; the master forgets the executor that was to come with it. */
  kill(framework: Framework, launch: PendingLaunch, why: Kill): void {
    framework.pendingLaunches.delete(launch);
    this.parts.statuses.reportLaunch(framework.id, launch, { ...why, state: "TASK_KILLED" });
    const awaited = [...framework.pendingLaunches].some(
      ({ executorId }) => executorId === launch.executorId,
    );
    if (!awaited && !framework.executors.has(launch.executorId)) {
      this.tellExited(framework.id, launch);
    }
    this.parts.frameworks.removeIfIdle(framework);
  }

  private staging(
    frameworkInfo: v1.FrameworkInfo,
    executor: v1.ExecutorInfo | undefined,
    task: v1.TaskInfo,
  ) {
    const frameworkId = idOf(frameworkInfo);
    const labels = this.context.hooks.runTaskLabels.call(
      task.labels ?? {},
      task,
      executor ?? commandExecutorInfo(frameworkId, task, this.context.settings),
      frameworkInfo,
      this.context.state.info,
    );
    const labelled = labels.labels ? { ...task, labels } : task;
    return stagingTask(frameworkId, executor, labelled);
  }

  private accept(message: RunTask | RunTaskGroup, launch: PendingLaunch): void {
    const { frameworkInfo, resourceVersion } = message;
    const frameworkId = idOf(frameworkInfo);
    const known = this.parts.frameworks.get(frameworkId);
    if (!this.context.registered || known?.state === "TERMINATING") {
      this.context.log("warn", "ignoring a launch that comes too late or too early", {
        frameworkId,
      });
      return;
    }
    if (known && launch.tasks.some(({ id }) => findTask(known, id))) {
      this.context.log("warn", "ignoring a launch of a task that is here already", { frameworkId });
      return;
    }
    if (resourceVersion !== this.context.state.resourceVersion) {
      this.drop(frameworkInfo, launch, {
        reason: "REASON_INVALID_OFFERS",
        message: "Task assumes outdated resource state",
      });
      return;
    }
    const framework = this.parts.frameworks.getOrAdd(frameworkInfo);
    framework.pendingLaunches.add(launch);
    if (this.parts.checkpoints.settled) this.proceed(framework, launch);
  }

  private proceed(framework: Framework, launch: PendingLaunch): void {
    framework.pendingLaunches.delete(launch);
    const executor = framework.executors.get(launch.executorId);
    const mismatch = refusal(executor, launch);
    if (mismatch !== undefined) {
      this.drop(framework.info, launch, {
        reason: "REASON_EXECUTOR_TERMINATED",
        message: mismatch,
      });
      this.parts.frameworks.removeIfIdle(framework);
    } else if (!executor && launch.executorInfo && !launch.executorInfo.command) {
      this.fail(framework, launch);
    } else if (!executor) {
      this.parts.executors.start(framework, launch);
    } else {
      this.parts.executors.enqueue(executor, launch);
      if (executor.state === "RUNNING") this.parts.executors.deliver(executor);
    }
  }

  private drop(info: v1.FrameworkInfo, launch: PendingLaunch, why: Kill): void {
    this.parts.statuses.reportLaunch(idOf(info), launch, {
      ...why,
      state: lostState(info, "TASK_DROPPED"),
    });
    this.tellExited(idOf(info), launch);
  }

  private fail(framework: Framework, launch: PendingLaunch): void {
    this.parts.statuses.reportLaunch(framework.id, launch, {
      state: "TASK_FAILED",
      reason: "REASON_CONTAINER_LAUNCH_FAILED",
      message: `Executor ${launch.executorId} has no command: this agent has no default executor`,
    });
    this.tellExited(framework.id, launch);
    this.parts.frameworks.removeIfIdle(framework);
  }

  /** The master has counted an executor with this launch: it forgets it, unless there is one that still holds what it holds. */
  private tellExited(frameworkId: FrameworkId, launch: PendingLaunch): void {
    if (!launch.executorInfo || !this.context.registered) return;
    const executorId: ExecutorId = launch.executorId;
    const known = this.context.state.frameworks.get(frameworkId)?.executors.get(executorId);
    if (known !== undefined && known.state !== "TERMINATED") return;
    const { agentId } = this.context;
    this.context.send({ type: "EXITED_EXECUTOR", agentId, frameworkId, executorId, status: -1 });
  }
}

/** Why a launch and the executor that is here, or is not, do not go together. */
function refusal(executor: Executor | undefined, launch: PendingLaunch): string | undefined {
  const ending = executor?.state === "TERMINATING" || executor?.state === "TERMINATED";
  if (executor && (launch.launchExecutor || launch.executorInfo === undefined)) {
    return "The master expects to launch the executor, but it exists";
  }
  if (executor) return ending ? `The executor is ${executor.state.toLowerCase()}` : undefined;
  if (launch.executorInfo === undefined || launch.launchExecutor) return undefined;
  return "The master expects a running executor, but there is none";
}
