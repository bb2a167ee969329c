import type { v1 } from "../../protocol/v1.js";
import { Resources } from "../../resources/resources.js";
import { executorProblem } from "./executor.js";
import { sameExecutor } from "./same-executor.js";
import { type LaunchContext, taskProblem } from "./task.js";

const MIN_EXECUTOR_CPUS_MILLI = 10;
const MIN_EXECUTOR_MEM_MILLI = 32_000;

/** Why a task group cannot be launched on a custom executor; undefined if it can. One bad task spoils the group. */
export function taskGroupProblem(
  executor: v1.ExecutorInfo,
  tasks: readonly v1.TaskInfo[],
  context: LaunchContext,
): string | undefined {
  const { framework, agent } = context;
  if (tasks.length === 0) return "launch_group.task_group.tasks: expected at least one task";
  if (executor.type === undefined) return "launch_group.executor.type: required, but not set";
  if (executor.type === "DEFAULT")
    return "launch_group.executor.type: the DEFAULT executor is not supported yet";
  const problem = executorProblem(executor, framework, agent) ?? minimumProblem(executor);
  if (problem !== undefined) return `launch_group.${problem}`;
  const running = agent.executors.get(framework.id)?.has(executor.executor_id.value);
  let pool: Resources | undefined = context.pool;
  if (!running) pool = pool.subtract(Resources.fromWire(executor.resources));
  const ids = new Set<string>();
  for (const [i, task] of tasks.entries()) {
    const path = `launch_group.task_group.tasks[${i}]`;
    if (task.executor !== undefined && !sameExecutor(task.executor, executor))
      return `${path}.executor: differs from the group's, which runs all of its tasks`;
    if (ids.has(task.task_id.value)) return `${path}.task_id: is there twice`;
    ids.add(task.task_id.value);
    if (pool === undefined)
      return `launch_group: the executor and its tasks need more than ${context.pool.toString()}, which is left of the offers`;
    const bad = taskProblem({ ...task, executor }, { ...context, pool, executorPaid: true });
    if (bad !== undefined) return `${path}.${bad}`;
    pool = pool.subtract(Resources.fromWire(task.resources));
  }
  return undefined;
}

function minimumProblem({ resources }: v1.ExecutorInfo): string | undefined {
  const held = Resources.fromWire(resources);
  if (held.scalar("cpus") < MIN_EXECUTOR_CPUS_MILLI)
    return "executor.resources: expected at least 0.01 cpus";
  if (held.scalar("mem") < MIN_EXECUTOR_MEM_MILLI)
    return "executor.resources: expected at least 32 MiB of memory";
  return held.scalar("disk") > 0 ? undefined : "executor.resources: expected some disk";
}
