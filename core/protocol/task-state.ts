import type { v1 } from "./v1.js";

const TERMINAL: ReadonlySet<v1.TaskState> = new Set<v1.TaskState>([
  "TASK_FINISHED",
  "TASK_FAILED",
  "TASK_KILLED",
  "TASK_ERROR",
  "TASK_LOST",
  "TASK_DROPPED",
  "TASK_GONE",
  "TASK_GONE_BY_OPERATOR",
]);

/** Whether a task in this state holds no resources any more and cannot leave it (TASK_UNREACHABLE can). */
export function isTerminalState(state: v1.TaskState): boolean {
  return TERMINAL.has(state);
}

/** How many statuses a task keeps of its past: one for each run of equal states, the last of the run. */
export function withStatus(
  statuses: readonly v1.TaskStatus[] | undefined,
  status: v1.TaskStatus,
): readonly v1.TaskStatus[] {
  if (statuses === undefined) return [status];
  const same = statuses.at(-1)?.state === status.state;
  return [...(same ? statuses.slice(0, -1) : statuses), status];
}
