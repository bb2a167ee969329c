import type { v1 } from "../../protocol/v1.js";
import { Resources } from "../../resources/resources.js";
import { validateResources } from "../../resources/validate-resources.js";
import type { Agent, Framework } from "../master-state.js";
import { commandProblem } from "./command.js";
import { idProblem } from "./ids.js";
import { sameExecutor } from "./same-executor.js";

/** What is wrong with the custom executor a task is to run on; undefined if nothing is. */
export function executorProblem(
  executor: v1.ExecutorInfo,
  framework: Framework,
  agent: Agent,
): string | undefined {
  const id = executor.executor_id.value;
  const badId = idProblem("executor.executor_id", id);
  if (badId !== undefined) return badId;
  if (executor.framework_id?.value !== framework.id)
    return `executor.framework_id: expected '${framework.id}', got '${executor.framework_id?.value ?? ""}'`;
  if (executor.type === "DEFAULT")
    return "executor.type: a DEFAULT executor takes task groups only (LAUNCH_GROUP)";
  if (executor.type !== "CUSTOM") return `executor.type: expected CUSTOM, got ${executor.type}`;
  if (executor.command === undefined) return "executor.command: required, but not set";
  const badGrace = durationProblem(
    "executor.shutdown_grace_period",
    executor.shutdown_grace_period,
  );
  return (
    badGrace ??
    commandProblem("executor.command", executor.command) ??
    resourcesProblem(executor) ??
    runningProblem(executor, agent.executors.get(framework.id)?.get(id))
  );
}

function resourcesProblem({ resources }: v1.ExecutorInfo): string | undefined {
  if (resources === undefined) return undefined;
  const problem = validateResources(resources);
  if (problem !== undefined) return `executor.resources: ${problem}`;
  if (!Resources.fromWire(resources).shared().isEmpty)
    return "executor.resources: an executor cannot have shared resources";
  return undefined;
}

/** Tasks that name one executor id must mean one executor. */
function runningProblem(
  executor: v1.ExecutorInfo,
  running: v1.ExecutorInfo | undefined,
): string | undefined {
  if (running === undefined || sameExecutor(executor, running)) return undefined;
  return `executor: differs from the executor '${executor.executor_id.value}' that already runs on the agent`;
}

/** A duration that must not be negative. */
export function durationProblem(
  path: string,
  duration: v1.DurationInfo | undefined,
): string | undefined {
  if (duration === undefined || duration.nanoseconds >= 0) return undefined;
  return `${path}: expected at least 0, got ${duration.nanoseconds} nanoseconds`;
}
