import type { v1 } from "../../protocol/v1.js";
import { Resources } from "../../resources/resources.js";
import { validateResources } from "../../resources/validate-resources.js";
import type { Agent, Framework } from "../master-state.js";
import { commandProblem } from "./command.js";
import { durationProblem, executorProblem } from "./executor.js";
import { idProblem } from "./ids.js";
import { unsupportedField } from "./unsupported.js";

/** What a task is checked against: who launches it, where, and what is left of the offers. */
export interface LaunchContext {
  readonly framework: Framework;
  readonly agent: Agent;
  readonly role: string;
  readonly pool: Resources;
  /** Set for a task group's tasks: what its executor takes is no longer in the pool. */
  readonly executorPaid?: boolean;
}

/**
 * The first reason for which a task cannot be launched, for a TASK_ERROR; undefined if there is none. The rules are
 * those of Mesos' master, in its order as far as it shows.
 */
export function taskProblem(task: v1.TaskInfo, context: LaunchContext): string | undefined {
  const { framework, agent } = context;
  const resources = Resources.fromWire(task.resources);
  return (
    idProblem("task_id", task.task_id.value) ??
    uniqueProblem(task.task_id.value, framework) ??
    agentProblem(task, agent) ??
    durationProblem("kill_policy.grace_period", task.kill_policy?.grace_period) ??
    durationProblem("max_completion_time", task.max_completion_time) ??
    resourcesProblem(task, resources) ??
    runnerProblem(task, context) ??
    unsupportedField(task) ??
    volumesProblem(task.container) ??
    allocationProblem(task, resources, context)
  );
}

function uniqueProblem(taskId: string, framework: Framework): string | undefined {
  if (framework.tasks.has(taskId)) return `task_id: '${taskId}' is already in use by a task`;
  if (framework.unreachableTasks.has(taskId))
    return `task_id: '${taskId}' is already in use by an unreachable task`;
  return undefined;
}

function agentProblem(task: v1.TaskInfo, agent: Agent): string | undefined {
  if (task.agent_id.value === agent.id) return undefined;
  return `agent_id: expected '${agent.id}', the agent of the offers, got '${task.agent_id.value}'`;
}

function resourcesProblem(task: v1.TaskInfo, resources: Resources): string | undefined {
  const problem = validateResources(task.resources ?? []);
  if (problem !== undefined) return `resources: ${problem}`;
  if (resources.isEmpty) return "resources: a task uses at least one resource";
  if (resources.allocations().size > 1)
    return `resources: allocated to more than one role: ${[...resources.allocations().keys()].join(", ")}`;
  const revocable = new Set(resources.revocable().identities.map(({ name }) => name));
  const mixed = resources.nonRevocable().identities.find(({ name }) => revocable.has(name));
  return mixed && `resources: ${mixed.name} is both revocable and not`;
}

/** A task of a group has a command of its own, which the group's executor makes of it what it wants. */
function runnerProblem(
  { command, executor }: v1.TaskInfo,
  { framework, agent, executorPaid }: LaunchContext,
): string | undefined {
  if (executorPaid) return command && commandProblem("command", command);
  if (command !== undefined && executor !== undefined)
    return "command: cannot be set together with executor";
  if (executor !== undefined) return executorProblem(executor, framework, agent);
  if (command === undefined) return "command: either command or executor has to be set";
  return commandProblem("command", command);
}

function volumesProblem(container: v1.ContainerInfo | undefined): string | undefined {
  for (const [i, volume] of (container?.volumes ?? []).entries()) {
    const sources = [volume.host_path, volume.image, volume.source].filter(
      (source) => source !== undefined,
    );
    if (sources.length !== 1)
      return `container.volumes[${i}]: expected exactly one of host_path, image and source`;
  }
  return undefined;
}

/** Task and, where it has to be started, executor must fit into what is left of the offers. */
function allocationProblem(
  task: v1.TaskInfo,
  resources: Resources,
  { framework, agent, pool, role, executorPaid }: LaunchContext,
): string | undefined {
  const [allocated] = resources.allocations().keys();
  if (allocated !== role)
    return `resources: allocated to role '${allocated ?? ""}', but offered to role '${role}'`;
  const { executor } = task;
  const running =
    executorPaid ||
    (executor !== undefined && agent.executors.get(framework.id)?.has(executor.executor_id.value));
  const ofExecutor = running ? Resources.empty : Resources.fromWire(executor?.resources);
  // One after the other: added up, equal ports would pass for one.
  if (pool.subtract(resources)?.contains(ofExecutor)) return undefined;
  const needed = ofExecutor.isEmpty
    ? `needs ${resources.toString()}`
    : `needs ${resources.toString()} and its executor ${ofExecutor.toString()}`;
  return `resources: the task ${needed}, but only ${pool.toString()} is left of the offers`;
}
