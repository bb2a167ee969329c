import { unreachable } from "../base/assert.js";
import type { scheduler, v1 } from "../protocol/v1.js";
import { Resources } from "../resources/resources.js";
import { linkExecutor } from "./accounting.js";
import type { MasterContext } from "./master-context.js";
import type { Agent, Framework, Offer } from "./master-state.js";
import { type Offers, refuseMs } from "./offers.js";
import { lostState, statusFromMaster, tellStatus } from "./task-status.js";
import type { Tasks } from "./tasks.js";
import { taskProblem } from "./validation/task.js";

/** The offers of one ACCEPT, while its operations are applied to them one after the other. */
interface Acceptance {
  readonly framework: Framework;
  readonly agent: Agent;
  readonly role: string;
  /** What is left for the operations that follow. */
  pool: Resources;
  /** What launches have taken so far. */
  launched: Resources;
}

/**
 * ACCEPT, applied completely within one step: operations strictly in order against what is left of the offers; one that
 * is invalid is dropped alone. What stays over is declined with the call's filters.
 */
export class Acceptor {
  constructor(
    private readonly context: MasterContext,
    private readonly offers: Offers,
    private readonly tasks: Tasks,
  ) {}

  onAccept(framework: Framework, accept: scheduler.Call.Accept): void {
    const ids = (accept.offer_ids ?? []).map(({ value }) => value);
    const operations = accept.operations ?? [];
    const problem = this.offersProblem(framework, ids);
    const offers = [...new Set(ids)].flatMap((id) => framework.offers.get(id) ?? []);
    const [first] = offers;
    if (problem !== undefined || first === undefined) {
      for (const offer of offers) this.offers.discard(offer);
      this.dropAll(framework, operations, problem ?? "no offers");
      return;
    }
    this.context.count("messages_launch_tasks");
    const acceptance = this.begin(framework, first, offers);
    for (const operation of operations) this.apply(acceptance, operation);
    this.settle(acceptance, refuseMs(accept.filters));
  }

  private offersProblem(framework: Framework, ids: readonly string[]): string | undefined {
    if (ids.length === 0) return "no offers";
    const seen = new Set<string>();
    let first: Offer | undefined;
    for (const id of ids) {
      const offer = framework.offers.get(id);
      if (seen.has(id)) return `offer ${id} is named twice`;
      seen.add(id);
      if (offer === undefined) return `offer ${id} is no longer valid`;
      first ??= offer;
      if (offer.agentId !== first.agentId) return "offers of different agents";
      if (offer.role !== first.role) return "offers for different roles";
    }
    return undefined;
  }

  private begin(framework: Framework, first: Offer, offers: readonly Offer[]): Acceptance {
    const agent = this.context.state.agents.get(first.agentId) as Agent;
    let pool = Resources.empty;
    for (const offer of offers) {
      this.offers.remove(offer);
      pool = pool.plus(offer.resources);
    }
    return { framework, agent, role: first.role, pool, launched: Resources.empty };
  }

  private settle({ framework, agent, pool, launched }: Acceptance, refusedForMs: number): void {
    const { allocator, nowMs } = this.context;
    if (!launched.isEmpty) allocator.transitionOfferedToAllocated(agent.id, launched);
    if (pool.isEmpty) return;
    allocator.recoverResources(
      framework.id,
      agent.id,
      pool,
      { refuseMs: refusedForMs, allocated: false },
      nowMs,
    );
  }

  private apply(acceptance: Acceptance, operation: v1.Offer.Operation): void {
    const { type = "UNKNOWN" } = operation;
    switch (type) {
      case "LAUNCH":
        for (const task of operation.launch?.task_infos ?? [])
          this.launch(acceptance, task, operation);
        return;
      case "LAUNCH_GROUP":
        for (const task of operation.launch_group?.task_group.tasks ?? [])
          this.refuse(acceptance, task, "launch_group: task groups are not supported yet", true);
        return;
      case "RESERVE":
      case "UNRESERVE":
      case "CREATE":
      case "DESTROY":
      case "GROW_VOLUME":
      case "SHRINK_VOLUME":
      case "CREATE_DISK":
      case "DESTROY_DISK":
      case "UNKNOWN":
        this.refuseOperation(acceptance.framework, operation, `${type} is not supported yet`);
        return;
      default:
        unreachable(type);
    }
  }

  private launch(acceptance: Acceptance, given: v1.TaskInfo, operation: v1.Offer.Operation): void {
    const { framework, agent, role } = acceptance;
    if (operation.id !== undefined) {
      this.refuse(acceptance, given, "id: a LAUNCH operation cannot have one");
      return;
    }
    const task = this.normalize(acceptance, given);
    const problem = taskProblem(task, { framework, agent, pool: acceptance.pool, role });
    if (problem !== undefined) {
      this.refuse(acceptance, given, problem);
      return;
    }
    const resources = Resources.fromWire(task.resources);
    const executor = task.executor;
    const launchExecutor =
      executor !== undefined && !agent.executors.get(framework.id)?.has(executor.executor_id.value);
    if (launchExecutor) {
      linkExecutor(agent, framework, executor);
      this.take(acceptance, Resources.fromWire(executor.resources));
    }
    this.take(acceptance, resources);
    this.tasks.add(agent, framework, toTask(framework, agent, task));
    this.send(acceptance, task, launchExecutor);
  }

  private take(acceptance: Acceptance, resources: Resources): void {
    acceptance.pool = acceptance.pool.minus(resources);
    acceptance.launched = acceptance.launched.plus(resources);
  }

  /** Fills in what schedulers may leave out: allocation info, the executor's framework and, by plugins, resources. */
  private normalize({ framework, agent, role }: Acceptance, task: v1.TaskInfo): v1.TaskInfo {
    const { hooks } = this.context;
    const decorated = hooks.launchTaskResources.call(task.resources ?? [], task, agent.total);
    const { executor } = task;
    return {
      ...task,
      resources: allocated(decorated, role),
      ...(executor && {
        executor: {
          ...executor,
          type: executor.type ?? "CUSTOM",
          framework_id: executor.framework_id ?? { value: framework.id },
          ...(executor.resources && { resources: allocated(executor.resources, role) }),
        },
      }),
    };
  }

  private send({ framework, agent }: Acceptance, task: v1.TaskInfo, launchExecutor: boolean): void {
    const labels = this.context.hooks.launchTaskLabels.call(
      task.labels ?? {},
      task,
      framework.info,
      agent.info,
    );
    const { executor, ...rest } = task;
    const labelled = labels.labels === undefined ? rest : { ...rest, labels };
    this.context.send(agent, {
      type: "RUN_TASK",
      frameworkInfo: framework.info,
      task: executor === undefined ? labelled : { ...labelled, executor },
      ...(executor && { executor }),
      launchExecutor,
      resourceVersion: agent.resourceVersion,
    });
  }

  private refuse(
    { framework, agent }: Acceptance,
    task: v1.TaskInfo,
    problem: string,
    group = false,
  ): void {
    const status = statusFromMaster(this.context, {
      taskId: task.task_id.value,
      agentId: agent.id,
      executorId: task.executor?.executor_id.value,
      state: "TASK_ERROR",
      reason: group ? "REASON_TASK_GROUP_INVALID" : "REASON_TASK_INVALID",
      message: problem,
    });
    tellStatus(this.context, framework, status);
  }

  private dropAll(
    framework: Framework,
    operations: readonly v1.Offer.Operation[],
    problem: string,
  ): void {
    for (const operation of operations) {
      const tasks = operation.launch?.task_infos ?? operation.launch_group?.task_group.tasks;
      if (tasks === undefined) this.refuseOperation(framework, operation, problem);
      for (const task of tasks ?? []) {
        const status = statusFromMaster(this.context, {
          taskId: task.task_id.value,
          agentId: task.agent_id.value,
          executorId: task.executor?.executor_id.value,
          state: lostState(framework, "TASK_DROPPED"),
          reason: "REASON_INVALID_OFFERS",
          message: `Task launched with invalid offers: ${problem}`,
        });
        tellStatus(this.context, framework, status);
      }
    }
  }

  /** Only an operation with an id has somebody waiting for its outcome. */
  private refuseOperation(
    framework: Framework,
    operation: v1.Offer.Operation,
    problem: string,
  ): void {
    this.context.log("warn", "operation dropped", {
      frameworkId: framework.id,
      operation: operation.type,
      problem,
    });
    if (operation.id === undefined) return;
    this.context.event(framework, {
      type: "UPDATE_OPERATION_STATUS",
      update_operation_status: {
        status: { operation_id: operation.id, state: "OPERATION_ERROR", message: problem },
      },
    });
  }
}

function allocated(resources: readonly v1.Resource[], role: string): readonly v1.Resource[] {
  return resources.map((resource) =>
    resource.allocation_info === undefined ? { ...resource, allocation_info: { role } } : resource,
  );
}

/** The record of a task that has just been launched. */
function toTask(framework: Framework, agent: Agent, task: v1.TaskInfo): v1.Task {
  const { executor, labels, discovery, container, health_check, kill_policy, limits } = task;
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
