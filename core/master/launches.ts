import type { v1 } from "../protocol/v1.js";
import { Resources } from "../resources/resources.js";
import { linkExecutor } from "./accounting.js";
import { type Acceptance, extraCopies, take } from "./acceptance.js";
import type { MasterContext } from "./master-context.js";
import type { Agent, Framework } from "./master-state.js";
import { normalizeResources } from "./normalize.js";
import { statusFromMaster, tellStatus } from "./task-status.js";
import type { Tasks } from "./tasks.js";
import { taskProblem } from "./validation/task.js";
import { taskGroupProblem } from "./validation/task-group.js";

/** LAUNCH and LAUNCH_GROUP: tasks are checked against what is left of the offers, recorded, and sent to their agent. */
export class Launches {
  constructor(
    private readonly context: MasterContext,
    private readonly tasks: Tasks,
  ) {}

  /** Each task stands for itself. */
  launch(acceptance: Acceptance, operation: v1.Offer.Operation): void {
    for (const task of operation.launch?.task_infos ?? []) {
      const problem =
        operation.id === undefined
          ? this.launchOne(acceptance, task)
          : "id: a LAUNCH operation cannot have one";
      if (problem !== undefined) this.refuse(acceptance, task, "REASON_TASK_INVALID", problem);
    }
  }

  private launchOne(acceptance: Acceptance, given: v1.TaskInfo): string | undefined {
    const { framework, agent, role } = acceptance;
    const task = this.normalize(acceptance, given);
    const copies = extraCopies(acceptance, task.resources ?? []);
    const pool = acceptance.pool.plus(copies);
    const problem = taskProblem(task, { framework, agent, pool, role });
    if (problem !== undefined) return problem;
    this.addCopies(acceptance, copies);
    const { executor } = task;
    const launchExecutor = executor !== undefined && this.takeExecutor(acceptance, executor);
    this.addTask(acceptance, task, executor);
    const sent = this.labelled(acceptance, task);
    this.context.send(agent, {
      type: "RUN_TASK",
      frameworkInfo: framework.info,
      task: sent,
      ...(executor && { executor }),
      launchExecutor,
      resourceVersion: agent.resourceVersion,
    });
    return undefined;
  }

  /** All of its tasks, or none. */
  launchGroup(acceptance: Acceptance, operation: v1.Offer.Operation): void {
    const group = operation.launch_group;
    if (group === undefined) return;
    const given = group.task_group.tasks ?? [];
    const problem =
      operation.id === undefined
        ? this.launchTasks(acceptance, group)
        : "id: a LAUNCH_GROUP operation cannot have one";
    if (problem === undefined) return;
    for (const task of given)
      this.refuse(
        acceptance,
        { ...task, executor: group.executor },
        "REASON_TASK_GROUP_INVALID",
        problem,
      );
  }

  private launchTasks(
    acceptance: Acceptance,
    group: v1.Offer.Operation.LaunchGroup,
  ): string | undefined {
    const { framework, agent, role } = acceptance;
    const executor = this.normalizeHeld(acceptance, group.executor);
    const tasks = (group.task_group.tasks ?? []).map((task) => this.normalize(acceptance, task));
    const needed = tasks.flatMap(({ resources }) => resources ?? []);
    const copies = extraCopies(acceptance, needed);
    const pool = acceptance.pool.plus(copies);
    const problem = taskGroupProblem(executor, tasks, { framework, agent, role, pool });
    if (problem !== undefined) return problem;
    this.addCopies(acceptance, copies);
    const launchExecutor = this.takeExecutor(acceptance, executor);
    for (const task of tasks) this.addTask(acceptance, task, executor);
    this.context.send(agent, {
      type: "RUN_TASK_GROUP",
      frameworkInfo: framework.info,
      executor,
      taskGroup: { tasks: tasks.map((task) => this.labelled(acceptance, task)) },
      launchExecutor,
      resourceVersion: agent.resourceVersion,
    });
    return undefined;
  }

  private addCopies(acceptance: Acceptance, copies: Resources): void {
    if (copies.isEmpty) return;
    const { agent, framework } = acceptance;
    acceptance.pool = acceptance.pool.plus(copies);
    const conversions = [{ consumed: Resources.empty, converted: copies }];
    this.context.allocator.updateAllocation(framework.id, agent.id, conversions);
  }

  /** @returns whether the executor has to be started, which takes its own resources. */
  private takeExecutor(acceptance: Acceptance, executor: v1.ExecutorInfo): boolean {
    const { agent, framework } = acceptance;
    if (agent.executors.get(framework.id)?.has(executor.executor_id.value)) return false;
    linkExecutor(agent, framework, executor);
    take(acceptance, Resources.fromWire(executor.resources));
    return true;
  }

  private addTask(
    acceptance: Acceptance,
    task: v1.TaskInfo,
    executor: v1.ExecutorInfo | undefined,
  ): void {
    const { agent, framework } = acceptance;
    const { resources } = this.tasks.add(
      agent,
      framework,
      toTask(framework, agent, task, executor),
    );
    take(acceptance, resources);
  }

  /** Fills in what schedulers may leave out: allocation info, the executor's framework and, by plugins, resources. */
  private normalize(acceptance: Acceptance, task: v1.TaskInfo): v1.TaskInfo {
    const { agent, role } = acceptance;
    const { hooks } = this.context;
    const decorated = hooks.launchTaskResources.call(task.resources ?? [], task, agent.total);
    return {
      ...task,
      resources: normalizeResources(decorated, role),
      ...(task.executor && { executor: this.normalizeExecutor(acceptance, task.executor) }),
    };
  }

  private normalizeExecutor(acceptance: Acceptance, executor: v1.ExecutorInfo): v1.ExecutorInfo {
    return {
      ...this.normalizeHeld(acceptance, executor),
      type: executor.type ?? "CUSTOM",
      framework_id: executor.framework_id ?? { value: acceptance.framework.id },
    };
  }

  private normalizeHeld({ role }: Acceptance, executor: v1.ExecutorInfo): v1.ExecutorInfo {
    const { resources } = executor;
    return resources ? { ...executor, resources: normalizeResources(resources, role) } : executor;
  }

  private labelled({ framework, agent }: Acceptance, task: v1.TaskInfo): v1.TaskInfo {
    const before = task.labels ?? {};
    const { launchTaskLabels } = this.context.hooks;
    const labels = launchTaskLabels.call(before, task, framework.info, agent.info);
    return labels === before ? task : { ...task, labels };
  }

  private refuse(
    { framework, agent }: Acceptance,
    task: v1.TaskInfo,
    reason: v1.TaskStatus.Reason,
    problem: string,
  ): void {
    const status = statusFromMaster(this.context, {
      taskId: task.task_id.value,
      agentId: agent.id,
      executorId: task.executor?.executor_id.value,
      state: "TASK_ERROR",
      reason,
      message: problem,
    });
    tellStatus(this.context, framework, status);
  }
}

/** The record of a task that has just been launched. */
function toTask(
  framework: Framework,
  agent: Agent,
  task: v1.TaskInfo,
  executor: v1.ExecutorInfo | undefined,
): v1.Task {
  const { labels, discovery, container, health_check, kill_policy, limits } = task;
  return {
    name: task.name,
    task_id: task.task_id,
    framework_id: { value: framework.id },
    ...(executor && { executor_id: executor.executor_id }),
    agent_id: { value: agent.id },
    state: "TASK_STAGING",
    ...(task.resources && { resources: task.resources }),
    ...(labels && { labels }),
    ...(discovery && { discovery }),
    ...(container && { container }),
    ...(health_check && { health_check }),
    ...(kill_policy && { kill_policy }),
    ...(limits && { limits }),
    user: task.command?.user ?? executor?.command?.user ?? framework.info.user,
  };
}
