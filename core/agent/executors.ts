import { assert } from "../base/assert.js";
import type { ContainerId } from "../base/ids.js";
import { sandboxPath } from "../base/paths.js";
import type { v1 } from "../protocol/v1.js";
import { Resources } from "../resources/resources.js";
import type { AgentContext } from "./agent-context.js";
import type { Executor, ExecutorPlace, Framework, PendingLaunch } from "./agent-state.js";
import type { CommandExecutor } from "./command-executor.js";
import {
  containerConfig,
  executorResources,
  executorVolumes,
  updateContainer,
} from "./container-config.js";
import { commandExecutorInfo } from "./executor-info.js";
import { includesVolumes } from "./container-volumes.js";
import { queuedGroupOf } from "./task-wire.js";

/** Starts executors and gives them their tasks. */
export class Executors {
  constructor(
    private readonly context: AgentContext,
    private readonly commands: CommandExecutor,
  ) {}

  /** Starts an executor with a launch's tasks in its queue. */
  start(framework: Framework, launch: PendingLaunch): void {
    const executor = this.add(framework, launch);
    this.enqueue(executor, launch);
    executor.allocated = executorResources(executor);
    executor.volumes = executorVolumes(this.context, executor);
    executor.readyVolumes = executor.volumes;
    const { containerId } = executor;
    const config = containerConfig(this.context, framework, executor);
    const { id: executorId, frameworkId, isCommandExecutor } = executor;
    const fields = { frameworkId, executorId, containerId, isCommandExecutor };
    this.context.log("info", "launching an executor", fields);
    this.context.push({ type: "LAUNCH", containerId, config });
    this.context.timer(
      { type: "EXECUTOR_REGISTRATION_TIMEOUT", containerId },
      this.context.settings.executorRegistrationTimeoutMs,
    );
  }

  enqueue(executor: Executor, launch: PendingLaunch): void {
    for (const task of launch.tasks) executor.queuedTasks.set(task.id, task);
    if (launch.taskGroup) executor.queuedTaskGroups.add(launch.taskGroup);
  }

  /**
   * Hands a subscribed executor what waits for it: a group as a whole, other tasks one by one, in order of arrival. Not
   * before its container has the volumes they need.
   */
  deliver(executor: Executor): void {
    const { stream, queuedTasks, queuedTaskGroups, launchedTasks } = executor;
    if (stream === undefined || queuedTasks.size === 0) return;
    updateContainer(this.context, executor);
    const volumes = executorVolumes(this.context, executor);
    if (!includesVolumes(executor.readyVolumes, volumes)) return;
    const sent = new Set<v1.TaskGroupInfo>();
    for (const task of queuedTasks.values()) {
      launchedTasks.set(task.id, task);
      const task_group = queuedGroupOf(executor, task.id);
      if (task_group && sent.has(task_group)) continue;
      if (task_group) sent.add(task_group);
      this.context.event(
        stream,
        task_group
          ? { type: "LAUNCH_GROUP", launch_group: { task_group } }
          : { type: "LAUNCH", launch: { task: task.info } },
      );
    }
    queuedTasks.clear();
    queuedTaskGroups.clear();
    executor.tasksSent = true;
  }

  /** The container runs: a command executor is there with it, a custom one still has to subscribe. */
  onLaunched({ framework, executor }: ExecutorPlace, pid: number | undefined): void {
    executor.pid = pid;
    executor.containerLaunched = true;
    if (!executor.isCommandExecutor) updateContainer(this.context, executor);
    if (!executor.isCommandExecutor || executor.state !== "REGISTERING") return;
    executor.state = "RUNNING";
    executor.tasksSent = true;
    this.commands.onLaunched(framework, executor);
  }

  /** The container has what it was told of last: tasks that waited for a volume go on. */
  onUpdated({ executor }: ExecutorPlace): void {
    if (--executor.updatesUnderWay > 0) return;
    executor.readyVolumes = executor.volumes;
    if (executor.state === "RUNNING") this.deliver(executor);
  }

  private add(framework: Framework, launch: PendingLaunch): Executor {
    const { settings, agentId, state } = this.context;
    const { executorId, executorInfo } = launch;
    const [task] = launch.tasks;
    assert(task, "a launch without a task", { executorId });
    assert(!framework.executors.has(executorId), "an executor is started twice", { executorId });
    const containerId: ContainerId = this.context.containerId();
    const frameworkId = framework.id;
    const executor: Executor = {
      id: executorId,
      frameworkId,
      info: executorInfo ?? commandExecutorInfo(frameworkId, task.info, settings),
      containerId,
      directory: sandboxPath(settings.workDir, { agentId, frameworkId, executorId, containerId }),
      isCommandExecutor: executorInfo === undefined,
      state: "REGISTERING",
      pid: undefined,
      containerLaunched: false,
      stream: undefined,
      allocated: Resources.empty,
      volumes: [],
      readyVolumes: [],
      updatesUnderWay: 0,
      tasksSent: false,
      queuedTasks: new Map(),
      queuedTaskGroups: new Set(),
      launchedTasks: new Map(),
      terminatedTasks: new Map(),
      completedTasks: [],
      kill: undefined,
      pendingOutcome: undefined,
    };
    framework.executors.set(executorId, executor);
    state.containers.set(containerId, { framework, executor });
    return executor;
  }
}
