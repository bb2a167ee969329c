import type { v1 } from "../../protocol/v1.js";
import { SharedCopies } from "../../resources/shared-copies.js";
import type { AgentState, Executor, Framework, Task } from "../agent-state.js";

/** Every framework the agent remembers, those that are over last. */
export function allFrameworks(state: AgentState): readonly Framework[] {
  return [...state.frameworks.values(), ...state.completedFrameworks.values()];
}

/** Every executor that still exists, tasks of it unacknowledged at least. */
export function liveExecutors(state: AgentState): readonly Executor[] {
  return [...state.frameworks.values()].flatMap(({ executors }) => [...executors.values()]);
}

/** Every executor that is over and still remembered. */
export function completedExecutors(state: AgentState): readonly Executor[] {
  return allFrameworks(state).flatMap((framework) => framework.completedExecutors);
}

export function wiresOf(tasks: ReadonlyMap<string, Task>): readonly v1.Task[] {
  return Array.from(tasks.values(), ({ wire }) => wire);
}

/** What each live executor and each of its unfinished tasks holds, of a shared volume the first copy. */
export function heldResources(state: AgentState): readonly v1.Resource[] {
  const held = liveExecutors(state)
    .filter((executor) => executor.state !== "TERMINATED")
    .flatMap((executor) => [
      ...(executor.info.resources ?? []),
      ...wiresOf(executor.queuedTasks).flatMap(({ resources = [] }) => resources),
      ...wiresOf(executor.launchedTasks).flatMap(({ resources = [] }) => resources),
    ]);
  return new SharedCopies().firstOfWire(state.info.id?.value ?? "", held);
}
