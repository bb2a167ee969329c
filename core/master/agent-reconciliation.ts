import type { ReconcileTask } from "../protocol/agent-protocol.js";
import { isTerminalState } from "../protocol/task-state.js";
import type { v1 } from "../protocol/v1.js";
import { Resources } from "../resources/resources.js";
import { linkExecutor, unlinkExecutor } from "./accounting.js";
import type { Frameworks } from "./frameworks.js";
import type { MasterContext } from "./master-context.js";
import type { Agent, Framework, Task } from "./master-state.js";
import { LATEST_STATE_MESSAGE, statusFromMaster } from "./task-status.js";
import type { Tasks } from "./tasks.js";
import type { Reregister } from "./validation/agent.js";

/** What the master has taken over of an agent that is back, and what is left to be settled between them. */
export interface Merged {
  /** Tasks the master knows and the agent does not: it answers for each. */
  readonly missing: readonly ReconcileTask[];
  /** Tasks whose id another task of their framework has, on another agent: they cannot stay. */
  readonly duplicates: readonly v1.Task[];
}

/** Brings together what an agent that is back says it runs with what the master knows: the agent is the truth. */
export class AgentReconciliation {
  constructor(
    private readonly context: MasterContext,
    private readonly frameworks: Frameworks,
    private readonly tasks: Tasks,
  ) {}

  /** Frameworks that nobody has subscribed with yet come with their tasks and executors. */
  merge(agent: Agent, message: Reregister, wasKnown: boolean): Merged {
    const infos = new Map(
      message.frameworks.map(({ frameworkInfo }) => [frameworkInfo.id?.value ?? "", frameworkInfo]),
    );
    const merged = this.mergeTasks(agent, { message, wasKnown, infos });
    this.mergeExecutors(agent, message, infos);
    return merged;
  }

  /**
   * Adds the tasks the master does not know. A terminal task that is missing on an agent the master knows was
   * acknowledged while this message was under way: nobody would do so again.
   */
  private mergeTasks(
    agent: Agent,
    {
      message,
      wasKnown,
      infos,
    }: {
      readonly message: Reregister;
      readonly wasKnown: boolean;
      readonly infos: ReadonlyMap<string, v1.FrameworkInfo>;
    },
  ): Merged {
    const named = new Set<string>();
    const duplicates: v1.Task[] = [];
    for (const wire of message.tasks) {
      const taskId = wire.task_id.value;
      const framework = this.frameworkOf(wire.framework_id.value, infos);
      if (framework === undefined) continue;
      named.add(`${framework.id}\n${taskId}`);
      const known = framework.tasks.get(taskId);
      if (known !== undefined) {
        if (known.agentId !== agent.id && !isTerminalState(wire.state)) duplicates.push(wire);
        continue;
      }
      if (wasKnown && isTerminalState(wire.state)) continue;
      this.tasks.add(agent, framework, wire);
    }
    return { missing: this.missing(agent, named), duplicates };
  }

  /** A task that has ended stays known: the agent's new process reports its end, until that is acknowledged. */
  private missing(agent: Agent, named: ReadonlySet<string>): readonly ReconcileTask[] {
    const missing: ReconcileTask[] = [];
    for (const [frameworkId, tasks] of agent.tasks)
      for (const task of [...tasks.values()]) {
        if (named.has(`${frameworkId}\n${task.taskId}`)) continue;
        const framework = this.context.state.frameworks.get(frameworkId) as Framework;
        if (!task.terminated) holdNothing(task);
        missing.push({
          frameworkId,
          taskId: task.taskId,
          ...(task.executorId !== undefined && { executorId: task.executorId }),
          partitionAware: framework.capabilities.has("PARTITION_AWARE"),
          ...(task.terminated && { status: lastStatus(task) }),
        });
      }
    return missing;
  }

  private mergeExecutors(
    agent: Agent,
    message: Reregister,
    infos: ReadonlyMap<string, v1.FrameworkInfo>,
  ): void {
    const { state } = this.context;
    const named = new Set<string>();
    for (const { frameworkId, executorInfo } of message.executors) {
      const framework = this.frameworkOf(frameworkId, infos);
      if (framework === undefined) continue;
      named.add(`${frameworkId}\n${executorInfo.executor_id.value}`);
      linkExecutor(agent, framework, executorInfo);
    }
    for (const [frameworkId, executors] of [...agent.executors])
      for (const executorId of [...executors.keys()])
        if (!named.has(`${frameworkId}\n${executorId}`))
          unlinkExecutor(agent, state.frameworks.get(frameworkId) as Framework, executorId);
  }

  /** Undefined for a framework that is over, and for one of which nothing is known but its id. */
  private frameworkOf(
    id: string,
    infos: ReadonlyMap<string, v1.FrameworkInfo>,
  ): Framework | undefined {
    const { state } = this.context;
    if (state.completedFrameworks.has(id)) return undefined;
    const info = infos.get(id);
    return (
      state.frameworks.get(id) ??
      (info === undefined ? undefined : this.frameworks.addRecovered(info))
    );
  }

  /** Kills that the agent may have missed, and of tasks that must not be there. */
  sendKills(agent: Agent, duplicates: readonly v1.Task[]): void {
    for (const [frameworkId, tasks] of agent.tasks)
      for (const { killRequested, terminated, taskId } of tasks.values())
        if (killRequested && !terminated)
          this.context.send(agent, { type: "KILL_TASK", frameworkId, taskId });
    for (const { framework_id, task_id } of duplicates) {
      const [frameworkId, taskId] = [framework_id.value, task_id.value];
      const fields = { agentId: agent.id, frameworkId, taskId };
      this.context.log("warn", "killing a task whose id is in use on another agent", fields);
      this.context.send(agent, { type: "KILL_TASK", frameworkId, taskId });
    }
  }

  /** The tasks of an agent that was unreachable are back: each is reported as it stands. */
  tellReachable(agent: Agent): void {
    for (const [frameworkId, tasks] of agent.tasks) {
      const framework = this.context.state.frameworks.get(frameworkId) as Framework;
      for (const task of tasks.values()) {
        if (isTerminalState(task.wire.state)) continue;
        const status = statusFromMaster(this.context, {
          taskId: task.taskId,
          agentId: agent.id,
          executorId: task.executorId,
          state: task.wire.state,
          reason: "REASON_AGENT_REREGISTERED",
          message: "The agent has registered again",
        });
        this.context.event(framework, { type: "UPDATE", update: { status } });
      }
    }
  }
}

/** How a task has ended; the status that says so may have been behind others, and never arrived. */
function lastStatus({ wire: { task_id, state, statuses } }: Task): v1.TaskStatus {
  const last = statuses?.at(-1);
  if (last?.state === state) return last;
  return { task_id, state, reason: "REASON_RECONCILIATION", message: LATEST_STATE_MESSAGE };
}

/** Its agent has come back without the task: nothing is there that it could hold, and views must not show that it does. */
function holdNothing(task: Task): void {
  const { resources: _, ...wire } = task.wire;
  task.resources = Resources.empty;
  task.wire = wire;
}
