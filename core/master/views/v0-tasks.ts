import { lazily } from "../../protocol/v0/lazy.js";
import { v0Task } from "../../protocol/v0/v0-task.js";
import type { v1 } from "../../protocol/v1.js";
import type { MasterState } from "../master-state.js";
import { getTasks } from "./v1-tasks.js";

/** What `/tasks` was asked for. */
export interface TaskQuery {
  readonly frameworkId: string | undefined;
  readonly taskId: string | undefined;
  readonly limit: number;
  readonly offset: number;
  readonly ascending: boolean;
}

/** `/tasks`: every task the master knows, the latest first unless asked otherwise, a page at a time. */
export function v0Tasks(state: MasterState, query: TaskQuery): object {
  const { tasks = [], unreachable_tasks = [], completed_tasks = [] } = getTasks(state);
  const found = [...tasks, ...unreachable_tasks, ...completed_tasks].filter(
    (task) =>
      (query.frameworkId === undefined || task.framework_id.value === query.frameworkId) &&
      (query.taskId === undefined || task.task_id.value === query.taskId),
  );
  const ordered = sortByTime(found, query.ascending);
  return { tasks: lazily(ordered.slice(query.offset, query.offset + query.limit), v0Task) };
}

/** By the time of each task's first status; tasks that have none are the newest. */
function sortByTime(tasks: readonly v1.Task[], ascending: boolean): readonly v1.Task[] {
  const timed = tasks.map((task) => ({
    task,
    time: task.statuses?.[0]?.timestamp ?? Number.POSITIVE_INFINITY,
  }));
  const direction = ascending ? 1 : -1;
  timed.sort((a, b) => (a.time === b.time ? 0 : a.time < b.time ? -direction : direction));
  return timed.map(({ task }) => task);
}
