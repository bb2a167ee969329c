import type { agent } from "../../protocol/v1.js";
import type { AgentState } from "../agent-state.js";
import { completedExecutors, liveExecutors, wiresOf } from "./agent-tasks.js";

/** The answer to GET_STATE. */
export function getState(state: AgentState): agent.Response.GetState {
  return {
    get_tasks: getTasks(state),
    get_executors: getExecutors(state),
    get_frameworks: getFrameworks(state),
  };
}

/** The answer to GET_FRAMEWORKS. */
export function getFrameworks(state: AgentState): agent.Response.GetFrameworks {
  return {
    frameworks: Array.from(state.frameworks.values(), ({ info }) => ({ framework_info: info })),
    completed_frameworks: Array.from(state.completedFrameworks.values(), ({ info }) => ({
      framework_info: info,
    })),
  };
}

/** The answer to GET_EXECUTORS. */
export function getExecutors(state: AgentState): agent.Response.GetExecutors {
  return {
    executors: liveExecutors(state).map(({ info }) => ({ executor_info: info })),
    completed_executors: completedExecutors(state).map(({ info }) => ({ executor_info: info })),
  };
}

/** The answer to GET_OPERATIONS. */
export function getOperations(state: AgentState): agent.Response.GetOperations {
  return { operations: Array.from(state.operations.values(), ({ wire }) => wire) };
}

/** The answer to GET_TASKS. */
export function getTasks(state: AgentState): agent.Response.GetTasks {
  const live = liveExecutors(state);
  const pending = Array.from(state.frameworks.values(), ({ pendingLaunches }) =>
    Array.from(pendingLaunches, ({ tasks }) => tasks.map(({ wire }) => wire)),
  );
  return {
    pending_tasks: pending.flat(2),
    queued_tasks: live.flatMap(({ queuedTasks }) => wiresOf(queuedTasks)),
    launched_tasks: live.flatMap(({ launchedTasks }) => wiresOf(launchedTasks)),
    terminated_tasks: live.flatMap(({ terminatedTasks }) => wiresOf(terminatedTasks)),
    completed_tasks: [...live, ...completedExecutors(state)].flatMap(
      ({ completedTasks }) => completedTasks,
    ),
  };
}

/** The answer to GET_AGENT. */
export function getAgent(state: AgentState): agent.Response.GetAgent {
  return { agent_info: state.info };
}
