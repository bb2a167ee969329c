import type { AgentId, FrameworkId } from "../base/ids.js";
import type { RegistryOperation } from "../contracts/registry-store.js";
import type { v1 } from "../protocol/v1.js";
import { unlinkExecutor, unlinkTask } from "./accounting.js";
import type { MasterContext } from "./master-context.js";
import type { Agent, Framework, Task } from "./master-state.js";
import type { Offers } from "./offers.js";
import type { Operations } from "./operations.js";
import type { Registrar } from "./registrar.js";
import { applyStatus, lostState, statusFromMaster, tellStatus } from "./task-status.js";
import type { Tasks } from "./tasks.js";

export interface AgentLossParts {
  readonly registrar: Registrar;
  readonly offers: Offers;
  readonly tasks: Tasks;
  readonly operations: Operations;
}

/** Agents that are given up: unreachable ones may come back, removed ones may not. */
export class AgentLoss {
  /** Being written to the registry as lost; what they say meanwhile does not count. */
  private readonly leaving = new Set<AgentId>();
  /** The frameworks that have tasks on unreachable agents. */
  private readonly bereft = new Map<AgentId, readonly FrameworkId[]>();
  /** Called with every agent that is no longer registered. */
  readonly onForgotten: ((agent: Agent) => void)[] = [];

  constructor(
    private readonly context: MasterContext,
    private readonly parts: AgentLossParts,
  ) {}

  isLeaving(agentId: AgentId): boolean {
    return this.leaving.has(agentId);
  }

  /** Nothing was heard of it for too long. Nobody is told before the registry says so too. */
  markUnreachable(agent: Agent, message: string): void {
    const { context } = this;
    if (this.leaving.has(agent.id)) return;
    this.leaving.add(agent.id);
    context.count("slave_unreachable_scheduled");
    const timeMs = context.nowMs;
    this.parts.registrar.persist(unreachableRecords(agent.id, timeMs), () => {
      context.count("slave_unreachable_completed");
      context.count("slave_removals/reason_unhealthy");
      context.state.unreachableAgents.set(agent.id, timeMs);
      if (agent.tasks.size > 0) this.bereft.set(agent.id, [...agent.tasks.keys()]);
      this.forget(agent, "OPERATION_UNREACHABLE", (framework, task) =>
        this.loseReachability(framework, task, timeMs),
      );
      this.disconnect(agent, message);
      context.log("warn", "agent is unreachable", { agentId: agent.id, why: message });
    });
  }

  /** It left, or another agent took its place: its tasks are lost for everybody. */
  remove(agent: Agent, message: string, reason: "unregistered" | "registered"): void {
    const { context } = this;
    if (this.leaving.has(agent.id)) return;
    this.leaving.add(agent.id);
    this.parts.registrar.persist(
      [{ collection: "agents", key: agent.id, value: undefined }],
      () => {
        context.count(`slave_removals/reason_${reason}`);
        this.forget(agent, "OPERATION_GONE_BY_OPERATOR", (framework, task) =>
          this.lose(framework, task, message),
        );
        this.disconnect(agent, message);
        context.log("info", "agent removed", { agentId: agent.id, why: message });
      },
    );
  }

  /** An agent that is there all the same finds out, and registers again. */
  private disconnect({ connection }: Agent, message: string): void {
    if (connection === undefined) return;
    this.context.push({ type: "DISCONNECT", connection, reason: "GOING_AWAY", message });
  }

  /**
   * The agent is back, or it has been away for too long: none of its tasks is unreachable any more, also none that it
   * does not bring along. @returns whether the agent was unreachable.
   */
  forgetUnreachable(agentId: AgentId): boolean {
    const { frameworks, unreachableAgents } = this.context.state;
    for (const frameworkId of this.bereft.get(agentId) ?? []) {
      const unreachable = frameworks.get(frameworkId)?.unreachableTasks ?? new Map<never, never>();
      for (const [taskId, { agent_id }] of unreachable)
        if (agent_id.value === agentId) unreachable.delete(taskId);
    }
    this.bereft.delete(agentId);
    return unreachableAgents.delete(agentId);
  }

  /** Agents of an earlier leader that did not come back in time. */
  markRecoveredUnreachable(agentIds: readonly AgentId[]): void {
    const { context } = this;
    const timeMs = context.nowMs;
    for (const id of agentIds) this.leaving.add(id);
    const records = agentIds.flatMap((id) => unreachableRecords(id, timeMs));
    this.parts.registrar.persist(records, () => {
      for (const id of agentIds) {
        const info = context.state.recoveredAgents.get(id);
        context.state.recoveredAgents.delete(id);
        context.state.unreachableAgents.set(id, timeMs);
        this.leaving.delete(id);
        this.tellLost(id, info);
      }
    });
  }

  private forget(
    agent: Agent,
    operationState: v1.OperationState,
    give: (framework: Framework, task: Task) => void,
  ): void {
    const { context } = this;
    const { state } = context;
    this.leaving.delete(agent.id);
    this.parts.offers.rescindAll(agent);
    this.parts.operations.onAgentLost(agent, operationState, "The agent was lost");
    for (const [frameworkId, tasks] of [...agent.tasks]) {
      const framework = state.frameworks.get(frameworkId) as Framework;
      for (const task of [...tasks.values()]) give(framework, task);
    }
    for (const [frameworkId, executors] of [...agent.executors]) {
      const framework = state.frameworks.get(frameworkId) as Framework;
      for (const id of [...executors.keys()]) unlinkExecutor(agent, framework, id);
    }
    context.allocator.removeAgent(agent.id);
    state.agents.delete(agent.id);
    agent.observation = -1;
    context.count("slave_removals");
    for (const forget of this.onForgotten) forget(agent);
    this.tellLost(agent.id, agent.info);
  }

  private tellLost(agentId: AgentId, info: v1.AgentInfo | undefined): void {
    for (const framework of this.context.state.frameworks.values())
      this.context.event(framework, { type: "FAILURE", failure: { agent_id: { value: agentId } } });
    if (info !== undefined) this.context.hooks.agentLost.call(info);
  }

  /** The task may still run: it is kept apart, and is back when its agent is. */
  private loseReachability(framework: Framework, task: Task, unreachableTimeMs: number): void {
    if (task.terminated) {
      this.parts.tasks.complete(framework, task);
      return;
    }
    const { context } = this;
    const status = statusFromMaster(context, {
      taskId: task.taskId,
      agentId: task.agentId,
      executorId: task.executorId,
      state: lostState(framework, "TASK_UNREACHABLE"),
      reason: "REASON_AGENT_REMOVED",
      message: "The agent is unreachable",
      unreachableTimeMs,
    });
    applyStatus(task, status, status.state);
    this.parts.tasks.terminate(task);
    unlinkTask(context.state.agents.get(task.agentId), framework, task);
    framework.unreachableTasks.set(task.taskId, task.wire);
    if (task.killRequested) framework.unreachableKills.add(task.taskId);
    const { maxUnreachableTasksPerFramework } = context.settings;
    for (const id of framework.unreachableTasks.keys()) {
      if (framework.unreachableTasks.size <= maxUnreachableTasksPerFramework) break;
      framework.unreachableTasks.delete(id);
      framework.unreachableKills.delete(id);
    }
    tellStatus(context, framework, status);
  }

  private lose(framework: Framework, task: Task, message: string): void {
    if (!task.terminated) {
      const status = statusFromMaster(this.context, {
        taskId: task.taskId,
        agentId: task.agentId,
        executorId: task.executorId,
        state: "TASK_LOST",
        reason: "REASON_AGENT_REMOVED",
        message,
      });
      applyStatus(task, status, status.state);
      tellStatus(this.context, framework, status);
    }
    this.parts.tasks.complete(framework, task);
  }
}

function unreachableRecords(agentId: AgentId, timeMs: number): readonly RegistryOperation[] {
  return [
    { collection: "agents", key: agentId, value: undefined },
    { collection: "unreachable", key: agentId, value: { timeMs } },
  ];
}
