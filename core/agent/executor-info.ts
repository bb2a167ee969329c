import type { FrameworkId } from "../base/ids.js";
import type { v1 } from "../protocol/v1.js";

/** The executor that stands for a command task, as Mesos names it; it has no process of its own. */
export function commandExecutorInfo(frameworkId: FrameworkId, task: v1.TaskInfo): v1.ExecutorInfo {
  const { task_id, command, labels, discovery } = task;
  return {
    executor_id: { value: task_id.value },
    framework_id: { value: frameworkId },
    name: `Command Executor (Task: ${task_id.value}) (Command: ${describe(command)})`,
    source: task_id.value,
    ...(command && { command }),
    ...(labels && { labels }),
    ...(discovery && { discovery }),
  };
}

function describe(command: v1.CommandInfo | undefined): string {
  if (command?.value === undefined) return "NO EXECUTABLE";
  if (command.shell ?? true) return `sh -c '${command.value}'`;
  return `[${[command.value, ...(command.arguments ?? [])].join(", ")}]`;
}
