import type { master } from "../../protocol/v1.js";
import type { MasterState } from "../master-state.js";
import { getAgents } from "./v1-agents.js";
import { getFrameworks } from "./v1-frameworks.js";
import { getExecutors, getTasks } from "./v1-tasks.js";

/** The answer to GET_STATE. */
export function getState(state: MasterState): master.Response.GetState {
  return {
    get_tasks: getTasks(state),
    get_executors: getExecutors(state),
    get_frameworks: getFrameworks(state),
    get_agents: getAgents(state),
  };
}

/** The answer to GET_MASTER; its times are in seconds. */
export function getMaster({ settings, electedTimeMs }: MasterState): master.Response.GetMaster {
  return {
    master_info: settings.masterInfo,
    start_time: settings.startTimeMs / 1000,
    ...(electedTimeMs !== undefined && { elected_time: electedTimeMs / 1000 }),
  };
}
