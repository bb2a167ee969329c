import type { FrameworkId } from "../base/ids.js";
import type { v1 } from "../protocol/v1.js";
import type { AgentSettings } from "./agent-settings.js";

/** What a shutdown leaves a command beyond its own grace period: SIGKILL comes first, and its end is seen. */
const REAP_NANOSECONDS = 2e9;

/** The executor that stands for a command task, as Mesos names it; it has no process of its own. */
export function commandExecutorInfo(
  frameworkId: FrameworkId,
  task: v1.TaskInfo,
  settings: AgentSettings,
): v1.ExecutorInfo {
  const { task_id, command, labels, discovery } = task;
  const grace = task.kill_policy?.grace_period;
  return {
    executor_id: { value: task_id.value },
    framework_id: { value: frameworkId },
    name: `Command Executor (Task: ${task_id.value}) (Command: ${describe(command)})`,
    source: task_id.value,
    ...(command && { command }),
    ...(labels && { labels }),
    ...(discovery && { discovery }),
    ...(grace && { shutdown_grace_period: shutdownGrace(grace, settings) }),
  };
}

function shutdownGrace(
  { nanoseconds }: v1.DurationInfo,
  { executorShutdownGracePeriodMs }: AgentSettings,
): v1.DurationInfo {
  const least = executorShutdownGracePeriodMs * 1e6;
  return { nanoseconds: Math.max(nanoseconds + REAP_NANOSECONDS, least) };
}

function describe(command: v1.CommandInfo | undefined): string {
  if (command?.value === undefined) return "NO EXECUTABLE";
  if (command.shell ?? true) return `sh -c '${command.value}'`;
  return `[${[command.value, ...(command.arguments ?? [])].join(", ")}]`;
}
