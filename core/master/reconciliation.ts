import type { AgentId, TaskId } from "../base/ids.js";
import type { scheduler, v1 } from "../protocol/v1.js";
import type { MasterContext } from "./master-context.js";
import type { Framework, Task } from "./master-state.js";
import { LATEST_STATE_MESSAGE, lostState, statusFromMaster, tellStatus } from "./task-status.js";

/** Tells frameworks what the master knows: of the tasks they name, or of all when they name none. */
export class Reconciliation {
  constructor(private readonly context: MasterContext) {}

  onReconcile(framework: Framework, { tasks }: scheduler.Call.Reconcile): void {
    this.context.count("messages_reconcile_tasks");
    if (tasks === undefined || tasks.length === 0) {
      for (const task of framework.tasks.values()) this.answerKnown(framework, task);
      return;
    }
    for (const { task_id, agent_id } of tasks)
      this.answer(framework, task_id.value, agent_id?.value);
  }

  /** No answer while the agent, or any agent if none is named, may still bring the task back. */
  answer(framework: Framework, taskId: TaskId, agentId: AgentId | undefined): void {
    const { state } = this.context;
    const task = framework.tasks.get(taskId);
    if (task !== undefined) {
      this.answerKnown(framework, task);
      return;
    }
    const unreachable = framework.unreachableTasks.get(taskId);
    const agent = agentId ?? unreachable?.agent_id.value;
    if (agent === undefined ? state.recoveredAgents.size > 0 : state.recoveredAgents.has(agent))
      return;
    const verdict = this.verdict(agent);
    const status = statusFromMaster(this.context, {
      taskId,
      agentId: agent,
      state: lostState(framework, verdict.state),
      reason: "REASON_RECONCILIATION",
      message: verdict.message,
      ...(verdict.sinceMs !== undefined && { unreachableTimeMs: verdict.sinceMs }),
    });
    tellStatus(this.context, framework, status);
  }

  private verdict(agentId: AgentId | undefined): {
    readonly state: v1.TaskState;
    readonly message: string;
    readonly sinceMs?: number;
  } {
    const { agents, unreachableAgents, goneAgents } = this.context.state;
    if (agentId !== undefined && agents.has(agentId))
      return { state: "TASK_GONE", message: "Reconciliation: Task is unknown to the agent" };
    const sinceMs = agentId === undefined ? undefined : unreachableAgents.get(agentId);
    if (sinceMs !== undefined) {
      const message = "Reconciliation: Task is unreachable";
      return { state: "TASK_UNREACHABLE", message, sinceMs };
    }
    if (agentId !== undefined && goneAgents.has(agentId))
      return { state: "TASK_GONE_BY_OPERATOR", message: "Reconciliation: Task is gone" };
    return { state: "TASK_UNKNOWN", message: "Reconciliation: Task is unknown" };
  }

  private answerKnown(framework: Framework, task: Task): void {
    const last = task.wire.statuses?.at(-1);
    const status = statusFromMaster(this.context, {
      taskId: task.taskId,
      agentId: task.agentId,
      executorId: task.executorId,
      state: task.wire.status_update_state ?? task.wire.state,
      reason: "REASON_RECONCILIATION",
      message: LATEST_STATE_MESSAGE,
    });
    this.context.event(framework, {
      type: "UPDATE",
      update: {
        status: {
          ...status,
          ...(last?.healthy !== undefined && { healthy: last.healthy }),
          ...(last?.check_status && { check_status: last.check_status }),
          ...(last?.labels && { labels: last.labels }),
          ...(last?.container_status && { container_status: last.container_status }),
        },
      },
    });
  }
}
