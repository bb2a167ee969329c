import { assert } from "../base/assert.js";
import type { StatusUpdate } from "../protocol/agent-protocol.js";
import { isTerminalState } from "../protocol/task-state.js";
import type { scheduler, v1 } from "../protocol/v1.js";
import { Resources } from "../resources/resources.js";
import { linkTask, unlinkExecutor, unlinkTask } from "./accounting.js";
import type { MasterContext } from "./master-context.js";
import type { Agent, Framework, Task } from "./master-state.js";
import type { Reconciliation } from "./reconciliation.js";
import { applyStatus, countTerminal } from "./task-status.js";

/**
 * Tasks from their launch until their last update is acknowledged. A task's resources are free as soon as its latest
 * state is terminal; the task itself is remembered until the framework has acknowledged that.
 */
export class Tasks {
  constructor(
    private readonly context: MasterContext,
    private readonly reconciliation: Reconciliation,
  ) {}

  /** A task that was launched, or that an agent brings back with it. */
  add(agent: Agent, framework: Framework, wire: v1.Task): Task {
    const task: Task = {
      wire,
      taskId: wire.task_id.value,
      frameworkId: framework.id,
      agentId: agent.id,
      executorId: wire.executor_id?.value,
      resources: Resources.fromWire(wire.resources),
      terminated: isTerminalState(wire.state),
      killRequested: framework.unreachableKills.delete(wire.task_id.value),
    };
    assert(!framework.tasks.has(task.taskId), "a task is added twice", { taskId: task.taskId });
    linkTask(agent, framework, task);
    return task;
  }

  /** A status update on its way from the agent to the framework; the agent sends it again until it is acknowledged. */
  onStatusUpdate(agent: Agent, { frameworkId, ...update }: StatusUpdate): void {
    const { context } = this;
    const status = withOrigin(agent, update);
    context.count("messages_status_update");
    const framework = context.state.frameworks.get(frameworkId);
    if (framework === undefined) {
      context.count("invalid_status_updates");
      context.log("warn", "status update of a framework that is not there", {
        frameworkId,
        agentId: agent.id,
        taskId: status.task_id.value,
      });
      if (context.state.completedFrameworks.has(frameworkId))
        context.send(agent, { type: "SHUTDOWN_FRAMEWORK", frameworkId });
      return;
    }
    const task = framework.tasks.get(status.task_id.value);
    if (task !== undefined && task.agentId !== agent.id)
      return this.silence(agent, framework, status);
    context.count("valid_status_updates");
    context.event(framework, { type: "UPDATE", update: { status } });
    if (task !== undefined) this.update(task, status, update.latestState);
  }

  /** An update of a task whose id another task of the framework has: the framework would take it for that one's. */
  private silence(agent: Agent, { id: frameworkId }: Framework, status: v1.TaskStatus): void {
    const { context } = this;
    const taskId = status.task_id.value;
    context.count("invalid_status_updates");
    context.log("warn", "status update of a task whose id is in use on another agent", {
      frameworkId,
      taskId,
      agentId: agent.id,
    });
    const { uuid } = status;
    if (uuid === undefined) return;
    context.send(agent, { type: "ACKNOWLEDGE_STATUS_UPDATE", frameworkId, taskId, uuid });
  }

  /** Records a status; the first terminal latest state gives the resources back. */
  update(task: Task, status: v1.TaskStatus, latestState: v1.TaskState): void {
    const latest = task.terminated ? task.wire.state : latestState;
    applyStatus(task, status, latest);
    if (task.terminated || !isTerminalState(latest)) return;
    countTerminal(this.context, { ...status, state: latest });
    this.terminate(task);
  }

  /** Frees what the task holds. */
  terminate(task: Task): void {
    assert(!task.terminated, "a task ends twice", { taskId: task.taskId });
    task.terminated = true;
    const { allocator, nowMs } = this.context;
    const { frameworkId, agentId, resources } = task;
    allocator.recoverResources(frameworkId, agentId, resources, { allocated: true }, nowMs);
  }

  /** Forgets the task but for the framework's bounded list of completed ones. */
  complete(framework: Framework, task: Task): void {
    if (!task.terminated) this.terminate(task);
    unlinkTask(this.context.state.agents.get(task.agentId), framework, task);
    remember(framework, task.wire, this.context.settings.maxCompletedTasksPerFramework);
  }

  onAcknowledge(framework: Framework, acknowledge: scheduler.Call.Acknowledge): void {
    const { context } = this;
    context.count("messages_status_update_acknowledgement");
    const agent = context.state.agents.get(acknowledge.agent_id.value);
    if (agent?.connection === undefined) {
      context.count("invalid_status_update_acknowledgements");
      return;
    }
    const taskId = acknowledge.task_id.value;
    const { uuid } = acknowledge;
    const task = framework.tasks.get(taskId);
    if (task !== undefined && task.agentId === agent.id && task.wire.status_update_uuid === uuid) {
      const state = task.wire.status_update_state;
      if (state !== undefined && isTerminalState(state)) this.complete(framework, task);
    }
    context.count("valid_status_update_acknowledgements");
    context.send(agent, {
      type: "ACKNOWLEDGE_STATUS_UPDATE",
      frameworkId: framework.id,
      taskId,
      uuid,
    });
  }

  /**
   * KILL of a task nobody knows is answered like its explicit reconciliation. One that cannot reach its agent is kept, and
   * sent when the agent is back.
   */
  onKill(framework: Framework, kill: scheduler.Call.Kill): void {
    const { context } = this;
    context.count("messages_kill_task");
    const taskId = kill.task_id.value;
    const task = framework.tasks.get(taskId);
    if (task === undefined) {
      if (framework.unreachableTasks.has(taskId)) framework.unreachableKills.add(taskId);
      this.reconciliation.answer(framework, taskId, kill.agent_id?.value);
      return;
    }
    if (kill.agent_id !== undefined && kill.agent_id.value !== task.agentId) {
      context.log("warn", "kill ignored: the task is on another agent", {
        taskId,
        agentId: task.agentId,
      });
      return;
    }
    const agent = context.state.agents.get(task.agentId);
    assert(agent !== undefined, "a task on an agent that is not there", { taskId });
    task.killRequested = true;
    context.send(agent, {
      type: "KILL_TASK",
      frameworkId: framework.id,
      taskId,
      ...(kill.kill_policy && { killPolicy: kill.kill_policy }),
    });
  }

  /** An executor has exited; a custom one's framework is told, and its resources are free. */
  onExitedExecutor(agent: Agent, framework: Framework, executorId: string, status: number): void {
    const { context } = this;
    context.count("messages_exited_executor");
    const info = unlinkExecutor(agent, framework, executorId);
    if (info === undefined) return;
    context.allocator.recoverResources(
      framework.id,
      agent.id,
      Resources.fromWire(info.resources),
      { allocated: true },
      context.nowMs,
    );
    context.event(framework, {
      type: "FAILURE",
      failure: {
        agent_id: { value: agent.id },
        executor_id: { value: executorId },
        status,
      },
    });
  }
}

/** Frameworks take an update's agent and executor for granted: they acknowledge by them. An agent speaks for itself. */
function withOrigin(
  { id }: Agent,
  { status, executorId }: Pick<StatusUpdate, "status" | "executorId">,
): v1.TaskStatus {
  if (status.agent_id?.value === id && status.executor_id !== undefined) return status;
  const executor_id = status.executor_id ?? { value: executorId ?? status.task_id.value };
  return { ...status, agent_id: { value: id }, executor_id };
}

/** Keeps the newest `limit` completed tasks. */
function remember(framework: Framework, wire: v1.Task, limit: number): void {
  framework.completedTasks.push(wire);
  if (framework.completedTasks.length > limit) framework.completedTasks.shift();
}
