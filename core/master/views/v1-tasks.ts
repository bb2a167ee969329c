import type { master, v1 } from "../../protocol/v1.js";
import type { MasterState } from "../master-state.js";

/** The answer to GET_TASKS. */
export function getTasks(state: MasterState): master.Response.GetTasks {
  const tasks: v1.Task[] = [];
  const unreachable: v1.Task[] = [];
  const completed: v1.Task[] = [];
  for (const framework of state.frameworks.values()) {
    for (const { wire } of framework.tasks.values()) tasks.push(wire);
    for (const task of framework.unreachableTasks.values()) unreachable.push(task);
    for (const task of framework.completedTasks) completed.push(task);
  }
  for (const { completedTasks } of state.completedFrameworks.values())
    for (const task of completedTasks) completed.push(task);
  return { tasks, unreachable_tasks: unreachable, completed_tasks: completed };
}

/** The answer to GET_EXECUTORS. */
export function getExecutors(state: MasterState): master.Response.GetExecutors {
  const executors: master.Response.GetExecutors.Executor[] = [];
  for (const framework of state.frameworks.values())
    for (const [agentId, infos] of framework.executors)
      for (const executor_info of infos.values())
        executors.push({ executor_info, agent_id: { value: agentId } });
  return { executors };
}
